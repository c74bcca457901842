"""An LSTM learns to go on with a text, reading it from beginning to end again and again.

Without a file of yours it reads nine sonnets by Shakespeare letter by letter and is tested on one more. So short a text
it soon knows by heart, and then does worse on what it has not read; the plot shows when. A token is a letter, or a word
if a book is read by words:

    rushlight run examples/lstm_language_model.py
    rushlight run examples/lstm_language_model.py --text my_book.txt --words
"""

import argparse
import math
import re
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F
from tqdm import tqdm

SONNETS = Path(__file__).with_name("sonnets.txt")


class LanguageModel(nn.Module):
    """Scores for what comes next after each letter or word; its state carries what it has read to the next call."""

    def __init__(self, tokens, width, layers, dropout):
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.embedding = nn.Embedding(tokens, width)
        self.lstm = nn.LSTM(width, width, layers, dropout=dropout)
        self.scores = nn.Linear(width, tokens)
        self.scores.weight = self.embedding.weight  # a token means the same whether it is read or written
        nn.init.normal_(self.embedding.weight, std=0.1)

    def forward(self, text, state=None):
        output, state = self.lstm(self.dropout(self.embedding(text)), state)
        return self.scores(self.dropout(output)), state

    @torch.no_grad()
    def write(self, first, count, temperature):
        """Goes on after a token for so many tokens; a low temperature makes for safe choices."""
        self.eval()
        text, state = [first], None
        for _ in range(count):
            scores, state = self(torch.tensor([[text[-1]]]), state)
            text.append(torch.multinomial((scores[0, 0] / temperature).softmax(0), 1).item())
        return text


def in_columns(text, columns):
    """A text cut into columns of one length that are read side by side, shape (length, columns)."""
    length = len(text) // columns
    return text[: length * columns].view(columns, length).t().contiguous()


def passages(text, length):
    """The pieces of a text in order, each with the same piece one token on."""
    for start in range(0, len(text) - 1, length):
        end = min(start + length, len(text) - 1)
        yield text[start:end], text[start + 1 : end + 1]


@torch.no_grad()
def perplexity(model, text, length):
    """Among how many tokens the model is undecided, on average."""
    model.eval()
    total, state = 0.0, None
    for passage, following in passages(text, length):
        scores, state = model(passage, state)
        total += F.cross_entropy(scores.flatten(0, 1), following.flatten(), reduction="sum").item()
    return math.exp(total / text[1:].numel())


def plot(read, unread, path):
    """Draws the perplexity over time, on the text that is read and on the rest."""
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
    axes.plot(read, label="on what it reads")
    axes.plot(unread, label="on what it does not")
    axes.set(xlabel="epoch", ylabel="perplexity", yscale="log", title="training")
    axes.legend()
    figure.savefig(path)
    print(f"drawn in {path}")


def main(arguments=None):
    """Trains and tests the model and lets it write; returns the loss of each step."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--text", type=Path, default=SONNETS, help="the file to learn from")
    parser.add_argument("--words", action="store_true", help="read words rather than letters")
    parser.add_argument("--epochs", type=int, default=30, help="how often the text is read")
    parser.add_argument("--batch-size", type=int, default=8, help="how many columns are read side by side")
    parser.add_argument("--length", type=int, default=32, help="over how many tokens gradients reach back")
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--dropout", type=float, default=0.3)
    parser.add_argument("--lr", type=float, default=3e-3, help="learning rate")
    parser.add_argument("--sample", type=int, default=300, help="how many tokens it writes at the end")
    parser.add_argument("--temperature", type=float, default=0.6)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--plot", default="lstm_language_model.png", help="file for the plot; '' for none")
    options = parser.parse_args(arguments)

    torch.manual_seed(options.seed)
    source = options.text.read_text(encoding="utf-8")
    tokens = re.findall(r"[\w'-]+|[^\w\s]|\s+", source) if options.words else list(source)
    alphabet = sorted(set(tokens))
    number = {token: index for index, token in enumerate(alphabet)}
    text = torch.tensor([number[token] for token in tokens])
    split = len(text) * 9 // 10
    training_text, test_text = in_columns(text[:split], options.batch_size), text[split:, None]

    model = LanguageModel(len(alphabet), options.width, options.layers, options.dropout)
    print(f"{len(text):,} {'words' if options.words else 'letters'}, {len(alphabet):,} different ones")
    optimizer = torch.optim.Adam(model.parameters(), lr=options.lr)

    losses, read, unread = [], [], []
    progress = tqdm(range(options.epochs), desc="training", unit="epoch")
    for _ in progress:
        model.train()
        state = None
        for passage, following in passages(training_text, options.length):
            scores, state = model(passage, state)
            state = tuple(part.detach() for part in state)
            loss = F.cross_entropy(scores.flatten(0, 1), following.flatten())
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            losses.append(loss.item())
        read.append(perplexity(model, training_text, options.length))
        unread.append(perplexity(model, test_text, options.length))
        progress.set_postfix(perplexity=f"{read[-1]:.1f}", unread=f"{unread[-1]:.1f}")

    best = min(unread)
    print(
        f"perplexity {read[-1]:.1f} on what it has read; on the rest {best:.1f} after {unread.index(best) + 1} epochs"
    )
    print("".join(alphabet[token] for token in model.write(text[0].item(), options.sample, options.temperature)))
    if options.plot:
        plot(read, unread, options.plot)
    return losses


if __name__ == "__main__":
    main()
