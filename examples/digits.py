"""A small convolutional network learns to read handwritten digits.

The images come with scikit-learn (1,797 of 8x8 pixels), so there is nothing to download:

    rushlight run examples/digits.py
"""

import argparse

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset, random_split
from tqdm import tqdm


class Reader(nn.Module):
    """Two convolutions, each followed by a pooling, and two linear layers."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        )  # fmt: skip
        self.classifier = nn.Sequential(nn.Flatten(), nn.Linear(32 * 2 * 2, 64), nn.ReLU(), nn.Linear(64, 10))

    def forward(self, images):
        return self.classifier(self.features(images))


def load_data():
    """The digits as tensors, split at random into a training set and a test set."""
    digits = load_digits()
    images = torch.tensor(digits.images, dtype=torch.float32).unsqueeze(1) / 16
    labels = torch.tensor(digits.target)
    return random_split(TensorDataset(images, labels), [0.8, 0.2])


@torch.no_grad()
def evaluate(model, dataset):
    """The share of the digits that the model reads right, and all that it reads."""
    model.eval()
    images, labels = dataset[:]
    guesses = model(images).argmax(dim=1)
    return (guesses == labels).float().mean().item(), guesses


def plot(losses, test_set, guesses, path):
    """Draws the loss over time, and the digits that the model took for others."""
    from matplotlib import pyplot as plt

    images, labels = test_set[:]
    wrong = (guesses != labels).nonzero().flatten().tolist()[:8]
    figure = plt.figure(figsize=(10, 4), layout="constrained")
    left, right = figure.subfigures(1, 2)
    axes = left.subplots()
    axes.plot(losses, linewidth=0.8)
    axes.set(xlabel="step", ylabel="loss", yscale="log", title="training")
    right.suptitle("misread")
    for axes, number in zip(right.subplots(2, 4).flat, wrong + [None] * (8 - len(wrong)), strict=True):
        axes.axis("off")
        if number is not None:
            axes.imshow(images[number, 0].numpy(), cmap="gray_r")
            axes.set_title(f"{labels[number].item()} as {guesses[number].item()}")
    figure.savefig(path)
    print(f"drawn in {path}")


def main(arguments=None):
    """Trains and tests the model; returns the loss of each step."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=15, help="how often all digits are seen")
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--lr", type=float, default=2e-3, help="learning rate")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--plot", default="digits.png", help="file for the plot; '' for none")
    options = parser.parse_args(arguments)

    torch.manual_seed(options.seed)
    training_set, test_set = load_data()
    batches = DataLoader(training_set, batch_size=options.batch_size, shuffle=True)
    model = Reader()
    optimizer = torch.optim.Adam(model.parameters(), lr=options.lr)

    losses = []
    progress = tqdm(range(options.epochs), desc="training", unit="epoch")
    for _ in progress:
        model.train()
        for images, labels in batches:
            loss = F.cross_entropy(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        accuracy, guesses = evaluate(model, test_set)
        progress.set_postfix(loss=f"{losses[-1]:.4f}", accuracy=f"{accuracy:.1%}")

    print(f"{accuracy:.1%} of {len(test_set)} digits that it had not seen are read right")
    if options.plot:
        plot(losses, test_set, guesses, options.plot)
    return losses


if __name__ == "__main__":
    main()
