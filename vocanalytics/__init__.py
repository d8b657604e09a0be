"""Voice-of-the-Customer text analytics: which idea, where on the journey, how the customer felt.

>>> from vocanalytics import Tagger
>>> tags = Tagger.load().tag(["Love the car, but the dealer never called me back."])
>>> list(tags.segment.unique())
['Love the car', 'but the dealer never called me back.']
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vocanalytics.tagging.encoder import Encoder
    from vocanalytics.tagging.tagger import Tagger

__all__ = ["Encoder", "Tagger", "__version__"]

__version__: str


def __getattr__(name: str) -> Any:
    # numpy, pandas and the tokenizer cost two seconds that `voc --help` should not pay
    if name == "Tagger":
        from vocanalytics.tagging.tagger import Tagger

        return Tagger
    if name == "Encoder":
        from vocanalytics.tagging.encoder import Encoder

        return Encoder
    if name == "__version__":
        from importlib.metadata import version

        return version("vocanalytics")
    raise AttributeError(f"module 'vocanalytics' has no attribute {name!r}; it offers {', '.join(__all__)}")
