"""Train a small multi-layer perceptron, in plain NumPy, on 8x8 images of handwritten digits."""

from typing import Any

import numpy as np

import gittrack

DATA = "data/digits.csv.gz"
MODEL = "model.npz"
CLASSES = 10

Weights = dict[str, np.ndarray]
Split = tuple[np.ndarray, np.ndarray]  # images (n, 64) in 0..1, labels (n,)


def load_splits(path: str) -> dict[str, Split]:
    """Read the images; of every seven rows five are for training, one for validation, one for test.

    The rule knows no seed, so all runs see the same split. Many rows come in the order 0 1 2 .. 9;
    as seven shares no factor with ten, every split still gets every digit.
    """
    table = np.loadtxt(path, delimiter=",", skiprows=1)
    images, labels = table[:, :-1] / 16.0, table[:, -1].astype(int)
    turn = np.arange(len(table)) % 7
    rows = {"train": turn < 5, "val": turn == 5, "test": turn == 6}
    return {name: (images[chosen], labels[chosen]) for name, chosen in rows.items()}


def init_weights(rng: np.random.Generator, inputs: int, hidden: int) -> Weights:
    """Draw the weights of both layers (He initialisation); the biases start at zero."""
    return {
        "w1": rng.normal(0.0, np.sqrt(2 / inputs), (inputs, hidden)),
        "b1": np.zeros(hidden),
        "w2": rng.normal(0.0, np.sqrt(2 / hidden), (hidden, CLASSES)),
        "b2": np.zeros(CLASSES),
    }


def hidden_layer(weights: Weights, x: np.ndarray) -> np.ndarray:
    """Return the activations of the hidden layer (ReLU)."""
    return np.maximum(x @ weights["w1"] + weights["b1"], 0.0)


def log_probabilities(weights: Weights, hidden: np.ndarray) -> np.ndarray:
    """Return the logarithm of the softmax over the classes."""
    logits = hidden @ weights["w2"] + weights["b2"]
    logits -= logits.max(axis=1, keepdims=True)
    return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))


def loss_and_gradients(
    weights: Weights, batch: Split, dropout: float, rng: np.random.Generator
) -> tuple[float, Weights]:
    """Return the cross entropy of one batch and its gradients, with inverted dropout."""
    x, y = batch
    mask = (rng.random((len(x), len(weights["b1"]))) >= dropout) / (1.0 - dropout)
    hidden = hidden_layer(weights, x) * mask
    log_p = log_probabilities(weights, hidden)
    target = np.eye(CLASSES)[y]
    d_logits = (np.exp(log_p) - target) / len(y)
    d_hidden = (d_logits @ weights["w2"].T) * mask * (hidden > 0)
    return float(-(target * log_p).sum(axis=1).mean()), {
        "w1": x.T @ d_hidden,
        "b1": d_hidden.sum(axis=0),
        "w2": hidden.T @ d_logits,
        "b2": d_logits.sum(axis=0),
    }


def train_epoch(
    weights: Weights,
    velocity: Weights,
    split: Split,
    params: dict[str, Any],
    rng: np.random.Generator,
) -> float:
    """Do one pass of SGD with momentum, in place; return the mean loss of the batches."""
    x, y = split
    order = rng.permutation(len(x))
    losses = []
    for start in range(0, len(x), params["batch_size"]):
        rows = order[start : start + params["batch_size"]]
        loss, gradients = loss_and_gradients(weights, (x[rows], y[rows]), params["dropout"], rng)
        losses.append(loss)
        for name, gradient in gradients.items():
            velocity[name] = params["momentum"] * velocity[name] - params["lr"] * gradient
            weights[name] += velocity[name]
    return float(np.mean(losses))


def evaluate(weights: Weights, split: Split) -> tuple[float, float]:
    """Return the cross entropy and the accuracy on a split."""
    x, y = split
    log_p = log_probabilities(weights, hidden_layer(weights, x))
    loss = -log_p[np.arange(len(y)), y].mean()
    return float(loss), float((log_p.argmax(axis=1) == y).mean())


def main() -> None:
    """Train with the parameters of this run and record what comes out."""
    params = gittrack.params()
    with gittrack.init(config=params) as run:
        run.log_input(DATA)
        splits = load_splits(DATA)
        rng = np.random.default_rng(params["seed"])
        weights = init_weights(rng, splits["train"][0].shape[1], params["model"]["hidden"])
        velocity = {name: np.zeros_like(value) for name, value in weights.items()}
        for epoch in range(1, params["epochs"] + 1):
            metrics = {"train_loss": train_epoch(weights, velocity, splits["train"], params, rng)}
            metrics["val_loss"], metrics["val_accuracy"] = evaluate(weights, splits["val"])
            run.log(metrics, step=epoch)
            shown = "  ".join(f"{name} {value:.4f}" for name, value in metrics.items())
            print(f"epoch {epoch}/{params['epochs']}  {shown}", flush=True)
        _, run.summary["test_accuracy"] = evaluate(weights, splits["test"])
        np.savez(MODEL, **weights)
        run.log_artifact(MODEL)


if __name__ == "__main__":
    main()
