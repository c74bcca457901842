"""A small GPT learns to write a text letter by letter.

Without a file of yours it reads ten sonnets by Shakespeare:

    rushlight run examples/char_gpt.py
    rushlight run examples/char_gpt.py --text my_book.txt --steps 2000
"""

import argparse
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F
from tqdm import tqdm

SONNETS = Path(__file__).with_name("sonnets.txt")


class Block(nn.Module):
    """Attention to earlier letters, then a network on each letter; both are added to what comes in."""

    def __init__(self, width, heads, dropout):
        super().__init__()
        self.heads = heads
        self.before_attention = nn.LayerNorm(width)
        self.queries_keys_values = nn.Linear(width, 3 * width)
        self.projection = nn.Linear(width, width)
        self.before_network = nn.LayerNorm(width)
        self.network = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
        self.dropout = nn.Dropout(dropout)

    def attend(self, x):
        batch, length, width = x.shape
        parts = self.queries_keys_values(x).view(batch, length, 3, self.heads, width // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        found = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        return self.projection(found.transpose(1, 2).reshape(batch, length, width))

    def forward(self, x):
        x = x + self.dropout(self.attend(self.before_attention(x)))
        return x + self.dropout(self.network(self.before_network(x)))


class GPT(nn.Module):
    """Scores for the next letter after each letter of a text."""

    def __init__(self, letters, length, width, layers, heads, dropout):
        super().__init__()
        self.length = length
        self.letter = nn.Embedding(letters, width)
        self.place = nn.Embedding(length, width)
        self.blocks = nn.Sequential(*[Block(width, heads, dropout) for _ in range(layers)])
        self.norm = nn.LayerNorm(width)
        self.scores = nn.Linear(width, letters)

    def forward(self, text):
        x = self.letter(text) + self.place(torch.arange(text.shape[1]))
        return self.scores(self.norm(self.blocks(x)))

    @torch.no_grad()
    def write(self, start, count, temperature):
        """Goes on with a text of shape (1, n) for so many letters; a low temperature makes for safe choices."""
        self.eval()
        text = start
        for _ in tqdm(range(count), desc="writing", unit="letter"):
            scores = self(text[:, -self.length :])[:, -1] / temperature
            text = torch.cat([text, torch.multinomial(scores.softmax(-1), 1)], dim=1)
        return text


def draw_batch(text, batch_size, length):
    """Passages from random places of the text, and the same passages one letter on."""
    starts = torch.randint(len(text) - length, (batch_size,)).tolist()
    passages = torch.stack([text[start : start + length + 1] for start in starts])
    return passages[:, :-1], passages[:, 1:]


def plot(losses, path):
    """Draws the loss over time."""
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
    axes.plot(losses, linewidth=0.8)
    axes.set(xlabel="step", ylabel="loss (nats a letter)", title="training")
    figure.savefig(path)
    print(f"drawn in {path}")


def main(arguments=None):
    """Trains the model and lets it write; returns the loss of each step."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--text", type=Path, default=SONNETS, help="the file to learn from")
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--length", type=int, default=64, help="how many letters it sees at once")
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--heads", type=int, default=4)
    parser.add_argument("--dropout", type=float, default=0.0)
    parser.add_argument("--lr", type=float, default=5e-3, help="highest learning rate")
    parser.add_argument("--sample", type=int, default=400, help="how many letters it writes at the end")
    parser.add_argument("--temperature", type=float, default=0.5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--plot", default="char_gpt.png", help="file for the plot; '' for none")
    options = parser.parse_args(arguments)

    torch.manual_seed(options.seed)
    source = options.text.read_text(encoding="utf-8")
    alphabet = sorted(set(source))
    number = {letter: index for index, letter in enumerate(alphabet)}
    text = torch.tensor([number[letter] for letter in source])

    model = GPT(len(alphabet), options.length, options.width, options.layers, options.heads, options.dropout)
    parameters = sum(parameter.numel() for parameter in model.parameters())
    print(f"{len(text):,} letters, {len(alphabet)} different ones; {parameters:,} parameters")
    optimizer = torch.optim.AdamW(model.parameters(), lr=options.lr, weight_decay=0.1)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, options.steps)

    losses = []
    progress = tqdm(range(options.steps), desc="training", unit="step")
    for _ in progress:
        passages, following = draw_batch(text, options.batch_size, options.length)
        loss = F.cross_entropy(model(passages).flatten(0, 1), following.flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
        progress.set_postfix(loss=f"{losses[-1]:.3f}")

    written = model.write(text[None, :1], options.sample, options.temperature)
    print("".join(alphabet[index] for index in written[0].tolist()))
    if options.plot:
        plot(losses, options.plot)
    return losses


if __name__ == "__main__":
    main()
