# Needs a Python and nothing else. The work is in tools/make.py, which runs without make too (Windows: py tools/make.py report).
# PYTHON=/path/to/python chooses one; ARGS are passed on: make report ARGS="ranger-1960 --as-of 1964-07-31".

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup report test bench everywhere oldest fuzz faults mutation lint docs lab lock licences sbom build release clean
MAKEFLAGS += --no-print-directory

# The first Python that starts and can read make.py, which then looks for one that planlib can use.
do = @for each in "$(PYTHON)" python3 python python3.13 python3.12 python3.11; do \
	if "$$each" -c 'import sys; sys.exit(sys.version_info < (3, 6))' 2>/dev/null; then exec "$$each" tools/make.py $@ $(ARGS); fi; done; \
	echo "planlib: found no Python; install 3.11, 3.12 or 3.13 (Debian, Ubuntu: sudo apt install python3 python3-venv)" >&2; exit 1

help: ## list these verbs
	@sed -n 's/^\([a-z]*\): ## /  make \1|/p' Makefile | awk -F'|' '{ printf "%-18s%s\n", $$1, $$2 }'

setup: ## make .venv from requirements.lock; the verbs below do it by themselves
	$(do)

report: ## make the reports of every plan in data/, into reports/
	$(do)

test: ## run the tests
	$(do)

bench: ## list the benchmarks, or run one (ARGS="runs --times 2")
	$(do)

everywhere: ## make the bundled plans' reports with other Pythons and versions, and compare them
	$(do)

oldest: ## run the tests, but for the browser's, with the oldest Python and versions allowed
	$(do)

fuzz: ## try many damaged files on the readers (ARGS="--inputs 200000 --child 2000")
	$(do)

faults: ## kill runs of report at random moments (ARGS="--kills 100 --seed 1")
	$(do)

mutation: ## try how many small faults in the dates and slippage the tests notice (ARGS="planlib.slippage --sample 500")
	$(do)

lint: ## check style and types
	$(do)

docs: ## build the documents as a site, in build/docs
	$(do)

lab: ## open the notebooks in JupyterLab
	$(do)

lock: ## write the locks anew from pyproject.toml (newest versions: ARGS=--upgrade)
	$(do)

licences: ## write docs/licences.md anew, after make lock
	$(do)

sbom: ## write the bill of materials of requirements.lock into dist/
	$(do)

build: ## build the sdist and the wheel into dist/
	$(do)

release: ## make a release: ARGS=0.2.0 (docs/installing.md)
	$(do)

clean: ## remove .venv and what tools leave behind; reports/ is kept
	$(do)
