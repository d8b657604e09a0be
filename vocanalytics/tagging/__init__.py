"""Encoder, taxonomy heads and tagger: the only door to ONNX Runtime, transformers and scikit-learn."""
