"""Vectors of texts the network has read before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from vocanalytics.warehouse.connection import Connection


class StoredEncodings:
    """A memory for the encoder in the working store. Only one network's vectors are kept."""

    def __init__(self, con: Connection) -> None:
        self._con = con
        self._network: str | None = None

    def known(self, network: str, texts: Sequence[str]) -> Mapping[str, bytes]:
        """The vectors of those texts that were kept."""
        self._serve(network)
        asked = pa.table({"text": pa.array(texts, pa.string())})
        self._con.register("asked", asked)
        found = self._con.sql(
            "select text, vector from asked inner join encodings on text_digest = sha256(text)"
        ).fetchall()
        self._con.unregister("asked")
        return dict(found)

    def keep(self, network: str, vectors: Mapping[str, bytes]) -> None:
        """Remember the vectors of texts `known` did not have."""
        self._serve(network)
        read = pa.table({"text": list(vectors), "vector": pa.array(vectors.values(), pa.binary())})
        self._con.register("fresh", read)
        self._con.execute(
            "insert into encodings select $network, sha256(text), vector from fresh", {"network": network}
        )
        self._con.unregister("fresh")

    def _serve(self, network: str) -> None:
        if network != self._network:
            self._con.execute("delete from encodings where network <> $network", {"network": network})
            self._network = network
