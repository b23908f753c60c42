.PHONY: install test quick coverage lint format page benchmark

install:  ## install the package with all that the tests need
	pip install -e '.[test]'

test:  ## run all tests
	pytest -q

quick:  ## run those that take less than a minute together: for daily work
	pytest -q -m "not slow and not browser"

coverage:  ## which lines those of `make quick` do not reach
	pytest -q -m "not slow and not browser" --cov --cov-report=term

lint:  ## what CI checks besides the tests
	ruff check .
	ruff format --check .
	mypy
	lint-imports

format:  ## put the code into shape
	ruff check --fix .
	ruff format .

page:  ## open the chat page
	python ui.py

benchmark:  ## the figures in tests/benchmarks/README.md (needs the data; see there)
	python -m tests.benchmarks.gold_paragraph
	python -m tests.benchmarks.squad_open
