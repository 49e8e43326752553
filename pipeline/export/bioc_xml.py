"""BioC XML, in the structure of the official DTD, one document at a time.

The file names no DTD: a reader that resolves `BioC.dtd` would look for it beside the file and fail.
A character that XML forbids (a control character, U+FFFE, an unpaired surrogate) becomes U+FFFD.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import BinaryIO

from bioc.biocxml import BioCXMLDocumentWriter

from pipeline.export.bioc import collection, document
from pipeline.export.characters import xml_text
from pipeline.export.sink import Sink, WriteOptions
from pipeline.model import Paper


@contextmanager
def open_bioc_xml(stream: BinaryIO, options: WriteOptions) -> Iterator[Sink]:
    """Write a collection."""
    # Declared as standalone, the line ends between elements would not be valid under the DTD.
    declared = BioCXMLDocumentWriter(stream, encoding="UTF-8", standalone=None)
    with closing(declared) as writer:
        writer.write_collection_info(collection(options, xml_text))

        def write(paper: Paper) -> None:
            writer.write_document(document(paper, options, xml_text))

        yield write
    stream.write(b"\n")
