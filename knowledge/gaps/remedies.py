"""What would likely close a gap, and why one thinks so."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from knowledge.gaps.failing import Failure
from knowledge.gaps.meaning import Meaning
from knowledge.gaps.models import Remedy
from knowledge.models import AnswerLog

#: Most of the questions lead to the same article.
AGREED = 0.6
#: Words in common and cosine of a question with an article: the same thing said otherwise, or about the same thing.
SAME, RELATED = 1.25, 0.8


@dataclass(frozen=True, slots=True)
class Signs:
    """What the questions of a gap have in common."""

    count: int
    rejected: int
    #: The article most questions are nearest to, how many are, and how near.
    near: str
    agreed: float
    nearness: float
    #: The article that most often stood second, and how often.
    second: str
    second_share: float

    @classmethod
    def of(cls, answers: Sequence[AnswerLog], failures: Mapping[int, Failure], meaning: Meaning) -> "Signs":
        found = [meaning.nearest(answer.question) for answer in answers[-20:]]
        nearest = Counter(slug for slug, _ in found if slug).most_common(1)
        slug, times = nearest[0] if nearest else ("", 0)
        near = sorted(value for name, value in found if name == slug)
        seconds = Counter(str(answer.candidates[1].get("slug")) for answer in answers if len(answer.candidates) > 1)
        second, second_times = seconds.most_common(1)[0] if seconds else ("", 0)
        rejecting = {Failure.REJECTED, Failure.TICKET}
        return cls(
            count=len(answers),
            rejected=sum(failures.get(one.id) in rejecting and one.slug is not None for one in answers),
            near=slug,
            agreed=times / max(len(found), 1),
            nearness=near[len(near) // 2] if near else 0.0,
            second=second,
            second_share=second_times / max(len(answers), 1),
        )


def remedy_of(signs: Signs) -> tuple[Remedy, dict[str, str | int], str | None]:
    """The remedy, what its reason is told with, and the nearest article."""
    figures: dict[str, str | int] = {
        "near": signs.near,
        "second": signs.second,
        "percent": round(100 * signs.agreed),
        "rejected": round(100 * signs.rejected / max(signs.count, 1)),
        "second_percent": round(100 * signs.second_share),
    }
    return _chosen(signs), figures, signs.near or None


def _chosen(signs: Signs) -> Remedy:
    agreed = signs.agreed >= AGREED and signs.nearness >= RELATED
    mostly_rejected = signs.rejected >= signs.count / 2
    if agreed and mostly_rejected and signs.second == signs.near and signs.second_share >= AGREED:
        return Remedy.RANKING
    if agreed and mostly_rejected and signs.nearness >= SAME:
        return Remedy.PLAYBOOK
    if agreed and signs.nearness >= SAME:
        return Remedy.THRESHOLD
    return Remedy.VARIANT if agreed else Remedy.ARTICLE
