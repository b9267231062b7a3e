"""How the models are made: data -> vocabulary -> language model -> heads -> calibration -> a published folder."""
