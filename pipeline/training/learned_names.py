"""Disease names that curators resolve and no vocabulary lists: learned from the train splits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pipeline.model import EntityType
from pipeline.terminology.normal_form import normal_form
from pipeline.terminology.terminology import Terminology
from pipeline.training.corpora import TrainingCorpus

_LEAST_SHARE = 0.75
_LONGEST_ACRONYM = 6


def learn_names(corpora: Sequence[TrainingCorpus], terminology: Terminology) -> list[str]:
    """Return the lines of the table of learned names: text, identifier, number of mentions.

    A name is learned when the gold standard resolves it nearly always to the same single
    identifier and the terminology does not list it for that concept. Acronyms are left out: what
    they stand for is said by each paper.
    """
    meanings: dict[str, Counter[str]] = {}
    texts: dict[str, Counter[str]] = {}
    for corpus in corpora:
        if EntityType.DISEASE not in corpus.types:
            continue
        for paper in corpus.papers:
            for a in paper.annotations:
                if a.type != EntityType.DISEASE or len(a.identifiers) != 1 or _is_acronym(a.name):
                    continue
                curie = terminology.current(a.identifiers[0])
                if curie in terminology:
                    normal = normal_form(a.name)
                    meanings.setdefault(normal, Counter())[curie] += 1
                    texts.setdefault(normal, Counter())[a.name] += 1
    lines = []
    for normal in sorted(meanings):
        (curie, count), total = meanings[normal].most_common(1)[0], meanings[normal].total()
        text = min(texts[normal], key=lambda t: (-texts[normal][t], t))
        if count >= _LEAST_SHARE * total:
            listed = {
                equivalent
                for name in terminology.exact_matches(text)
                for equivalent in terminology.equivalents(name.curie)
            }
            if curie not in listed:
                lines.append(f"{text}\t{curie}\t{count}")
    return lines


def _is_acronym(text: str) -> bool:
    compact = text.replace("-", "").replace(" ", "")
    return len(compact) <= _LONGEST_ACRONYM and sum(c.isupper() for c in compact) > 1
