# Everything you can do here. `make` prints the list; the text after ## describes a target.
# Works with GNU make 3.81 (macOS) and later.

.DEFAULT_GOAL := help
.PHONY: help lab doctor test lectures site slides release weights class notebooks check-notebooks lint format speed quality latency clean

export TF_CPP_MIN_LOG_LEVEL := 3
# An activated environment of another project is not ours: uv would warn about it at each command.
unexport VIRTUAL_ENV

# The redirection makes old versions of make ask a shell, which alone knows `command`.
UV := $(if $(shell command -v uv 2>/dev/null),uv,.uv/bin/uv)
# The environment is brought up to date by the stamp below; asking again would cost half a second.
RUN = $(UV) run --no-sync

##@ Use the course
# Tells git to overlook the outputs of a run; where there is no git, nothing has to be told.
lab: .venv/.synced ## open the course in JupyterLab
	@git config filter.course.clean ".venv/bin/python -m course_utils.git_filter" 2>/dev/null || true
	@$(RUN) jupyter lab --LabApp.default_url=/lab/tree/lectures/00_welcome.ipynb \
		$(if $(filter 0,$(shell id -u)),--allow-root)
doctor: .venv/.synced ## check that everything is in place, and say what to do where it is not
	@$(RUN) course doctor

##@ Check
# A process that a hanging test has ended is not replaced: it would get the same test again.
test: .venv/.synced ## run all tests, two files at a time
	@$(RUN) pytest --numprocesses 2 --dist loadfile --max-worker-restart 0
lectures: .venv/.synced ## run every lecture; print its time, keep the executed copy in build/lectures/
	@$(RUN) course lectures
lint: .venv/.synced ## check the style of the code
	@$(RUN) ruff check .
	@$(RUN) ruff format --check .
check-notebooks: .venv/.synced ## check that the built notebooks match their text
	@$(RUN) course notebooks --check

##@ Teach
class: .venv/.synced ## grade, feed back and report a made-up class (ten minutes)
	@$(RUN) python -m course_utils.grader.example

##@ Change
notebooks: .venv/.synced ## build lectures/, solutions/ and assignments/ from notebooks/, and self-checks
	@$(RUN) course notebooks
	@$(RUN) course checks
weights: .venv/.synced ## train the models that come with the course again (an hour and a half)
	@$(RUN) course weights
format: .venv/.synced ## format the code
	@$(RUN) ruff check --fix .
	@$(RUN) ruff format .

##@ Publish
site: .venv/.synced lectures ## run the lectures and make a web site of them, in build/site/
	@$(RUN) python docs/site/build_site.py
slides: .venv/.synced lectures ## run the lectures and make decks of slides of them, in build/slides/
	@$(RUN) python docs/site/build_slides.py
release: .venv/.synced ## write what students get to build/course.zip
	@rm -f build/course.zip
	@$(RUN) course release --output build/course.zip

##@ Measure
speed: .venv/.synced ## compare training speed with Keras's own fit
	@$(RUN) python benchmarks/speed.py
quality: .venv/.synced ## train and measure every model
	@$(RUN) python benchmarks/quality.py
latency: .venv/.synced ## measure the milliseconds from slider to picture, in Chromium
	@$(RUN) pytest -q -m latency

##@ Tidy up
clean: ## remove caches, logs and builds; the environment and students' work are kept
	@rm -rf build logs lectures/logs .pytest_cache .ruff_cache
	@find . \( -name .venv -o -name .uv -o -name .git \) -prune \
		-o -type d \( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} +

help:
	@awk 'BEGIN { FS = ":.*## "; print "make TARGET, where TARGET is one of" } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.venv/.synced: pyproject.toml uv.lock | $(filter .uv/bin/uv,$(UV))
	@$(UV) sync --locked
	@touch $@

.uv/bin/uv:
	@{ python3 -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 8))' \
		&& python3 -m venv .uv; } >/dev/null 2>&1 || { \
		echo "Please install uv, or a Python of version 3.8 or later that can make virtual" \
			"environments (on Debian and Ubuntu: apt install python3 python3-venv)." >&2; exit 1; }
	@echo "uv is not installed: putting it into .uv/, for this course alone."
	@.uv/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.8'
