"""Recurrent networks: whole layers as one operator, and single steps."""

from .cells import gru_cell, lstm_cell, rnn_relu_cell, rnn_tanh_cell
from .networks import gru, lstm, rnn_relu, rnn_tanh

__all__ = ["gru", "gru_cell", "lstm", "lstm_cell", "rnn_relu", "rnn_relu_cell", "rnn_tanh", "rnn_tanh_cell"]
