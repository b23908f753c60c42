"""Yes/no questions over the sample corpus: how often a sentence is shown, by the cosine that is asked for.

    python -m tests.benchmarks.yes_no

Twelve questions that the corpus speaks to and ten that it does not; prints each with its sentence and cosine, so that
a person can judge, and the shares by threshold.
"""

from __future__ import annotations

import tempfile

from qa.assistant import Assistant
from qa.evaluation.metrics import mean
from qa.library.default import sample_documents
from qa.library.library import Library

SPOKEN_TO = """Did Xi Jinping visit Kazakhstan in 2017?
Was Expo 2017 held in Astana?
Is Belarus a member of the SCO?
Did India and Pakistan join the SCO in 2017?
Is there a Luban Workshop in Kazakhstan?
Can Chinese tourists enter Kazakhstan without a visa?
Has Dimash Kudaibergen performed in China?
Does Kazakhstan sell gas to China?
Was Tokayev at the summit in Xi'an?
Did Nazarbayev resign in 2019?
Is the Zhanatas wind farm finished?
Was The Composer filmed in Almaty?"""
NOT_SPOKEN_TO = """Did Xi Jinping visit Kazakhstan in 2020?
Was Expo 2017 visited by Obama?
Is Germany a member of the SCO?
Did Putin study in Almaty?
Is there a Disneyland in Astana?
Does Kazakhstan sell bananas to China?
Has Dimash Kudaibergen acted in a Hollywood film?
Was Tokayev born in Beijing?
Did Nazarbayev write an opera?
Do penguins live in Khorgos?"""


def main() -> None:
    """Print the sentences and the table."""
    with tempfile.TemporaryDirectory() as folder:
        library = Library(folder)
        library.add_documents(sample_documents())
        assistant = Assistant(library)
        found: list[list[float]] = []
        for questions in (SPOKEN_TO, NOT_SPOKEN_TO):
            answers = assistant.ask_many(questions.splitlines(), threshold=0.0)
            for answer in answers:
                print(f"{answer.confidence:.2f} {answer.question}\n     {answer.text or '(nothing)'}")
            found.append([0.0 if answer.abstained else answer.confidence for answer in answers])
    print("\n| cosine | shown, spoken to | shown, not spoken to |\n|---|---|---|")
    for step in range(8, 15):
        shares = [100 * mean([float(cosine >= step / 20) for cosine in cosines]) for cosines in found]
        print(f"| {step / 20:.2f} | {shares[0]:.0f} % | {shares[1]:.0f} % |")


if __name__ == "__main__":
    main()
