"""A deep Q-network learns to balance a pole on a cart by trial and error.

The game is written out below, so there is nothing to install for it:

    rushlight run examples/dqn.py
"""

import argparse
import copy
import math
import random
from collections import deque

import torch
from torch import nn
from torch.nn import functional as F
from tqdm import tqdm


class CartPole:
    """A pole stands on a cart that is pushed to the left or right; the game is over when the pole leans too far.

    The state is position and velocity of the cart, angle and angular velocity of the pole. Each step is worth 1.
    """

    gravity, cart_mass, pole_mass, half_length, force, seconds = 9.8, 1.0, 0.1, 0.5, 10.0, 0.02
    farthest, steepest, longest = 2.4, math.radians(12), 500

    def __init__(self, seed):
        self.random = random.Random(seed)

    def reset(self):
        """Starts a game and returns its first state."""
        self.steps = 0
        self.state = [self.random.uniform(-0.05, 0.05) for _ in range(4)]
        return self.state

    def step(self, action):
        """Pushes the cart (0 left, 1 right); returns the new state, if the pole fell, and if time is up."""
        position, velocity, angle, spin = self.state
        mass = self.cart_mass + self.pole_mass
        push = self.force if action == 1 else -self.force
        common = (push + self.pole_mass * self.half_length * spin**2 * math.sin(angle)) / mass
        inertia = self.half_length * (4 / 3 - self.pole_mass * math.cos(angle) ** 2 / mass)
        turning = (self.gravity * math.sin(angle) - math.cos(angle) * common) / inertia
        moving = common - self.pole_mass * self.half_length * turning * math.cos(angle) / mass
        self.state = [
            position + self.seconds * velocity,
            velocity + self.seconds * moving,
            angle + self.seconds * spin,
            spin + self.seconds * turning,
        ]
        self.steps += 1
        fell = abs(self.state[0]) > self.farthest or abs(self.state[2]) > self.steepest
        return self.state, fell, self.steps >= self.longest


class Agent:
    """Knows what each action is worth in a state, and learns it from what it remembers."""

    def __init__(self, options):
        self.options = options
        self.random = random.Random(options.seed)
        self.memory = deque(maxlen=options.memory)
        self.model = nn.Sequential(
            nn.Linear(4, options.width), nn.ReLU(), nn.Linear(options.width, options.width), nn.ReLU(),
            nn.Linear(options.width, 2),
        )  # fmt: skip
        self.target = copy.deepcopy(self.model)  # a copy that lags behind keeps learning steady
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=options.lr)

    @torch.no_grad()
    def act(self, state, exploring):
        """The best action, or with some probability any."""
        if self.random.random() < exploring:
            return self.random.randrange(2)
        return self.model(torch.tensor(state)).argmax().item()

    def learn(self):
        """Takes one step towards the rule that an action is worth its reward and what the state after it is worth."""
        batch = self.random.sample(self.memory, self.options.batch_size)
        states, actions, following, fell = (torch.tensor(column) for column in zip(*batch, strict=True))
        with torch.no_grad():
            best = self.target(following).max(dim=1).values
            wanted = 1 + self.options.discount * best * ~fell
        found = self.model(states).gather(1, actions[:, None]).squeeze(1)
        loss = F.smooth_l1_loss(found, wanted)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        for slow, fast in zip(self.target.parameters(), self.model.parameters(), strict=True):
            slow.data.lerp_(fast.data, self.options.follow)
        return loss.item()


def plot(lengths, path):
    """Draws how long the games lasted."""
    from matplotlib import pyplot as plt

    mean = [sum(lengths[max(0, end - 20) : end]) / min(end, 20) for end in range(1, len(lengths) + 1)]
    figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
    axes.plot(lengths, ".", markersize=3, label="a game")
    axes.plot(mean, label="mean of 20 games")
    axes.set(xlabel="game", ylabel="steps until the pole fell", title="balancing a pole")
    axes.legend()
    figure.savefig(path)
    print(f"drawn in {path}")


def main(arguments=None):
    """Plays and learns; returns the loss of each step of learning."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=15_000, help="how often the cart is pushed")
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--memory", type=int, default=10_000, help="how many steps are remembered")
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--lr", type=float, default=1e-3, help="learning rate")
    parser.add_argument("--discount", type=float, default=0.99)
    parser.add_argument("--follow", type=float, default=0.01, help="how fast the lagging copy follows")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--plot", default="dqn.png", help="file for the plot; '' for none")
    options = parser.parse_args(arguments)

    torch.manual_seed(options.seed)
    game, agent = CartPole(options.seed), Agent(options)
    losses, lengths = [], []
    state = game.reset()
    progress = tqdm(range(options.steps), desc="playing", unit="step")
    for step in progress:
        exploring = max(0.02, 1 - step / (0.2 * options.steps))
        action = agent.act(state, exploring)
        following, fell, over = game.step(action)
        agent.memory.append((state, action, following, fell))
        state = following
        if fell or over:
            lengths.append(game.steps)
            progress.set_postfix(games=len(lengths), last=lengths[-1])
            state = game.reset()
        if len(agent.memory) >= options.batch_size:
            losses.append(agent.learn())

    recent = lengths[-20:] or [game.steps]
    print(f"{len(lengths)} games; the last {len(recent)} lasted {sum(recent) / len(recent):.0f} steps on average")
    if options.plot:
        plot(lengths, options.plot)
    return losses


if __name__ == "__main__":
    main()
