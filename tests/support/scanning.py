"""A virus scanner without a clamd."""

from collections.abc import AsyncIterator

from kit.scanning import Finding, Scanner, Verdict

VIRUS = b"a virus of this test"


class SuspiciousScanner(Scanner):
    """Finds :data:`VIRUS`, and nothing else."""

    def __init__(self) -> None:
        super().__init__("nowhere")

    async def scan(self, chunks: AsyncIterator[bytes]) -> Finding:
        content = b"".join([chunk async for chunk in chunks])
        return Finding(Verdict.INFECTED, "Test") if VIRUS in content else Finding(Verdict.CLEAN)
