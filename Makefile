# make run     set up what is missing and start the program; without a screen, run the main job headless
# make demo    the main job from start to finish, headless; the results are in build/demo
# make test    set up what is missing and run every check
# make bench   measure the figures of docs/architecture.md as ratios in one run
# make clean   remove what these made

VENV := .venv
PYTHON := $(VENV)/bin/python
export PIP_DISABLE_PIP_VERSION_CHECK := 1

CATALOGUE := resources/translations/ru/LC_MESSAGES/extern_desktop
NATIVE := $(wildcard native/*.c native/*.h)

TOKEN := build/virtual_rutoken/libvirtual_rutoken.so

.PHONY: run demo test bench clean packages-run packages-test

run: packages-run build/.installed-run $(CATALOGUE).mo
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
	    $(PYTHON) -m extern_desktop; \
	else \
	    echo "No screen here: the main job runs headless on the training operator."; \
	    $(MAKE) -s demo; \
	fi

# The virtual token signs where it can be built; elsewhere a training key does.
demo: packages-run build/.installed-run $(CATALOGUE).mo
	@mkdir -p build/virtual_rutoken
	@token=; $(MAKE) -s -C tests/virtual_rutoken OUT=$(CURDIR)/$(TOKEN) && token="--virtual-token $(TOKEN)"; \
	QT_QPA_PLATFORM=offscreen $(PYTHON) -m extern_desktop demo --folder build/demo $$token

test: packages-test build/.installed-test $(CATALOGUE).mo
	$(VENV)/bin/lint-imports
	$(VENV)/bin/ruff check src tests bench native installer
	$(VENV)/bin/mypy
	$(PYTHON) -m pytest -n 2 --dist loadgroup

bench: packages-test build/.installed-test $(CATALOGUE).mo
	$(PYTHON) -m bench

packages-run:
	@installer/linux/prepare.sh run

packages-test:
	@installer/linux/prepare.sh test

# PySide keeps its Python part in a zip file and compiles it at every start; unpacked once, it starts a sixth faster.
UNPACK_PYSIDE = SBK_EMBED=0 PYTHONDONTWRITEBYTECODE= $(PYTHON) -c "import PySide6.QtCore"

# One virtual environment; its packages are the pinned ones with their hashes. The program itself is installed so that edits show at once.
build/.installed-run: locks/linux.txt pyproject.toml setup.py $(NATIVE)
	@test -x $(PYTHON) || python3 -m venv $(VENV)
	$(PYTHON) -m pip install -q --require-hashes --no-deps -r locks/linux.txt
	$(UNPACK_PYSIDE)
	$(PYTHON) -m pip install -q --no-build-isolation --no-deps --editable .
	@mkdir -p build && touch $@

build/.installed-test: locks/linux-dev.txt pyproject.toml setup.py $(NATIVE)
	@test -x $(PYTHON) || python3 -m venv $(VENV)
	$(PYTHON) -m pip install -q --require-hashes --no-deps -r locks/linux-dev.txt
	$(UNPACK_PYSIDE)
	$(PYTHON) -m pip install -q --no-build-isolation --no-deps --editable .
	@mkdir -p build && touch $@ build/.installed-run

%.mo: %.po
	$(PYTHON) installer/compile_catalogue.py $< $@

clean:
	rm -rf build $(VENV) $(CATALOGUE).mo src/*.egg-info src/extern_desktop/signing/_native*.so
