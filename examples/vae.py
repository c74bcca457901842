"""A variational autoencoder finds a plane on which handwritten digits lie, and draws new ones from it.

The images come with scikit-learn (1,797 of 8x8 pixels), so there is nothing to download:

    rushlight run examples/vae.py
"""

import argparse

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm


class VAE(nn.Module):
    """Says of an image where on the plane it may come from, and of a point on the plane which image it makes."""

    def __init__(self, pixels, hidden, latent):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(pixels, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU())
        self.mean = nn.Linear(hidden, latent)
        self.log_variance = nn.Linear(hidden, latent)
        self.decoder = nn.Sequential(
            nn.Linear(latent, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, pixels)
        )

    def forward(self, images):
        found = self.encoder(images)
        mean, log_variance = self.mean(found), self.log_variance(found)
        point = mean + torch.randn_like(mean) * (log_variance / 2).exp()
        return self.decoder(point), mean, log_variance


def loss_of(images, scores, mean, log_variance):
    """How badly the images are drawn, and how far the points' distribution is from a standard normal one, per image."""
    drawing = F.binary_cross_entropy_with_logits(scores, images, reduction="sum")
    divergence = -0.5 * (1 + log_variance - mean**2 - log_variance.exp()).sum()
    return (drawing + divergence) / len(images)


@torch.no_grad()
def plot(model, images, labels, losses, path):
    """Draws the loss, where on the plane each digit lies, and the images that lie across the plane."""
    from matplotlib import pyplot as plt

    count = 11
    across = torch.linspace(-2, 2, count)
    grid = torch.stack(torch.meshgrid(across, across.flip(0), indexing="xy"), dim=-1).reshape(-1, 2)
    drawn = F.pad(model.decoder(grid).sigmoid().reshape(count, count, 8, 8), (1, 1, 1, 1))
    sheet = drawn.permute(0, 2, 1, 3).reshape(count * 10, count * 10)
    points = model.mean(model.encoder(images))

    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(14, 4.5), layout="constrained")
    left.plot(losses, linewidth=0.8)
    left.set(xlabel="step", ylabel="loss (nats an image)", title="training")
    ten = {"c": labels.numpy(), "cmap": "tab10", "vmin": -0.5, "vmax": 9.5}  # a colour for each digit
    dots = middle.scatter(points[:, 0].numpy(), points[:, 1].numpy(), s=6, **ten)
    figure.colorbar(dots, ax=middle, ticks=range(10))
    middle.set_title("where the digits lie")
    edge = 2 + 2 / (count - 1)  # the outer images have their middles at 2
    right.imshow(sheet.numpy(), cmap="gray_r", extent=(-edge, edge, -edge, edge))
    right.set_title("what lies across the plane")
    figure.savefig(path)
    print(f"drawn in {path}")


def main(arguments=None):
    """Trains the model; returns the loss of each step."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=40, help="how often all digits are seen")
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--hidden", type=int, default=128, help="width of the networks")
    parser.add_argument("--lr", type=float, default=1e-3, help="learning rate")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--plot", default="vae.png", help="file for the plot; '' for none")
    options = parser.parse_args(arguments)

    torch.manual_seed(options.seed)
    digits = load_digits()
    images = torch.tensor(digits.data, dtype=torch.float32) / 16
    labels = torch.tensor(digits.target)
    batches = DataLoader(TensorDataset(images), batch_size=options.batch_size, shuffle=True)
    model = VAE(images.shape[1], options.hidden, latent=2)
    optimizer = torch.optim.Adam(model.parameters(), lr=options.lr)

    losses = []
    progress = tqdm(range(options.epochs), desc="training", unit="epoch")
    for _ in progress:
        for (batch,) in batches:
            loss = loss_of(batch, *model(batch))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        progress.set_postfix(loss=f"{losses[-1]:.2f}")

    print(f"loss of the last epoch: {sum(losses[-len(batches) :]) / len(batches):.2f} nats an image")
    if options.plot:
        plot(model, images, labels, losses, options.plot)
    return losses


if __name__ == "__main__":
    main()
