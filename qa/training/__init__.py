"""How the weights are made: data, hard negatives, examples, the loop, evaluation, calibration, export."""
