.PHONY: install test lint format page benchmark

install:  ## install the package with all that the tests need
	pip install -e '.[test]'

test:  ## run all tests
	pytest -q

lint:  ## what CI checks besides the tests
	ruff check .
	ruff format --check .
	mypy

format:  ## put the code into shape
	ruff check --fix .
	ruff format .

page:  ## open the chat page
	python ui.py

benchmark:  ## the figures in tests/benchmarks/README.md (needs the data; see there)
	python -m tests.benchmarks.gold_paragraph
	python -m tests.benchmarks.squad_open
