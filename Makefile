# nashswarm: what can be made. `make help` lists the targets.

VARIANT ?= release
SIMD ?=
HARDEN ?= yes
PREFIX ?= /usr/local
DESTDIR ?=
SPEC ?= experiments/multiscale.yaml
OUT ?= .
MODELS ?=
ROOT ?= bookworm
SAMPLES ?=
KEEP ?=
STRIDE ?= 1
CELLS ?= 5000
FILTER ?=
SHAPES ?= gpt2
SYNTH ?=
HARNESS ?=
FUZZ_SECONDS ?= 60

SHELL := /bin/bash

# The value of a variable as one word of the shell, whatever is in it: neither make nor the shell reads it.
# Names of models may come with blanks or with commas between them.
as_word = '$(subst ','\'',$(1))'
quoted = $(call as_word,$(value $(1)))
COMMA := ,
BLANK := $(subst x,,x x)
MODEL_NAMES := $(strip $(subst $(COMMA), ,$(value MODELS)))
MODEL_LIST := $(subst $(BLANK),$(COMMA),$(MODEL_NAMES))

.DELETE_ON_ERROR:
.SUFFIXES:
.DEFAULT_GOAL := build/nashswarm

# Another compiler, narrower instructions and no hardening each build in a folder of their own.
B := build/$(VARIANT)$(if $(filter clang%,$(CC)),-$(CC))$(SIMD:%=-%)$(if $(filter no,$(HARDEN)),-plain)

# pkg-config knows every library but OpenBLAS: with several builds of it installed, pkg-config and
# the alternatives choose the pthread one, which would start threads of its own inside our teams.
MULTIARCH := $(shell $(CC) -print-multiarch 2>/dev/null)
BLAS_DIR := $(firstword $(wildcard /usr/lib/$(MULTIARCH)/openblas-openmp /usr/lib/openblas-openmp))
BLAS_INCLUDE := $(firstword $(wildcard /usr/include/$(MULTIARCH)/openblas-openmp /usr/include/openblas-openmp))
PACKAGES := hdf5 yaml-0.1 jansson libpcre2-8 libcrypto
PACKAGE_CFLAGS := $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null | sed 's/-I/-isystem /g')
PACKAGE_LIBS := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null)

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wconversion $(WERROR)
# Contraction is off because the study's arithmetic rounds every operation by itself.
COMMON := -std=c17 -D_GNU_SOURCE -fopenmp -ffp-contract=off -Isrc $(WARNINGS)
FLAGS_release := -O3 -g
FLAGS_debug := -O0 -g3
FLAGS_asan := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined
# The counters are memory that is mapped from a file, so copies of a process and processes that are
# killed count too. They are placed before anything is optimized. Threads may lose counts to each
# other, never the first one; to count atomically takes three times as long.
FLAGS_coverage := -O1 -g -fcoverage-mapping -fprofile-instr-generate=$(CURDIR)/$(B)/profile/%m%c \
    -Xclang -mllvm -Xclang -runtime-counter-relocation
ifeq ($(VARIANT),coverage)
CC := clang
endif
# libFuzzer is clang's; libomp brings no threads of libgomp that a sanitizer would not know.
ifeq ($(VARIANT),fuzz)
CC := clang
endif
# libomp again: with libarcher the sanitizer knows its barriers, of libgomp's it knows nothing.
ifeq ($(VARIANT),tsan)
CC := clang
endif
FLAGS_tsan := -O1 -g -fno-omit-frame-pointer -fsanitize=thread
FLAGS_fuzz := -O1 -g -fno-omit-frame-pointer -D__SANITIZE_ADDRESS__ \
    -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
# Against what a memory error could be used for (HARDEN=no leaves it out; `make hardening` says what it costs).
ifeq ($(VARIANT)-$(HARDEN),release-yes)
HARDENING := -fPIE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection
HARDENED_LINK := -pie -Wl,-z,relro,-z,now,-z,noexecstack
endif
# No path of the folder gets into the program, so two folders make the same bytes.
SAME_BYTES := "-ffile-prefix-map=$(CURDIR)=."
# The widest instructions to compile for (base/simd.h); left out: all, chosen by the processor.
SIMD_baseline := -DSIMD_MOST=0
SIMD_avx2 := -DSIMD_MOST=2
ifneq ($(SIMD),)
SIMD_FLAG := $(or $(SIMD_$(SIMD)),$(error SIMD=$(SIMD) is neither baseline nor avx2))
endif
COMPILE_FLAGS := $(COMMON) $(FLAGS_$(VARIANT)) $(HARDENING) $(SAME_BYTES) $(SIMD_FLAG) $(CFLAGS)
VERSION_FLAGS = -DNS_COMPILE_FLAGS='"$(FLAGS_$(VARIANT)) -ffp-contract=off$(if $(CFLAGS), $(CFLAGS))"'

# With clang src/base/openmp_registration.c has to be taken in.
LIBS = $(PACKAGE_LIBS) -L$(BLAS_DIR) -Wl,-rpath,$(BLAS_DIR) -lopenblas -lm $(if $(filter clang%,$(CC)),-u shm_open)

SOURCES := $(sort $(wildcard src/*/*.c))
OBJECTS := $(SOURCES:%.c=$(B)/%.o)
TESTS := $(sort $(wildcard tests/*.c))
TEST_OBJECTS := $(TESTS:%.c=$(B)/%.o)
HARNESSES := $(filter-out tests/fuzz/fuzz.c,$(wildcard tests/fuzz/*.c))
FUZZERS := $(HARNESSES:%.c=$(B)/%)
PLAIN := $(wildcard tests/plain/*.c)
HEADERS := $(wildcard src/*/*.h tests/*.h tests/fuzz/*.h tests/faults/*.h tests/plain/*.h)
FAULTS := $(wildcard tests/faults/*.c)
INJECT := $(wildcard tests/faults/inject*.c)
PROGRAM := $(B)/nashswarm
TEST_PROGRAM := $(B)/tests/nashswarm-tests
PLAIN_TESTS := $(B)/tests/plain/tests

.PHONY: all help deps deps-check reproduce reproduce-gpt2 paper reference figures weights wikitext test slurm-test browser-test \
        download-test check lint layers hdr-check format asan bench speed \
        repro-check pauses hardening compilers levels cores places fresh coverage reliability reliability-table \
        clean install columns keys readme FORCE
.PHONY: tsan valgrind faults endurance

all: build/nashswarm ## Build build/nashswarm (installs nothing)

help: ## List the targets
	@echo "make TARGET [SPEC=experiments/NAME.yaml] [MODELS=a,b|'a b'] [SAMPLES=n] [OUT=folder] [VARIANT=release|debug|asan|tsan|coverage] [SIMD=baseline|avx2] [CC=clang] [HARDEN=no]"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

deps: ## Install what is missing (Debian or Ubuntu packages, through sudo when not root)
	@tools/deps build

deps-check: deps
	@tools/deps check

# With another experiment, other models or fewer texts, claims may stay unmeasured; else none may.
WHOLE := $(if $(value MODELS)$(value SAMPLES)$(filter-out experiments/multiscale.yaml,$(value SPEC)),,yes)

# The part of the experiment that is meant.
PART := $(if $(MODEL_LIST),--models $(call quoted,MODEL_LIST)) $(if $(value SAMPLES),--samples $(call quoted,SAMPLES))

reproduce: deps ## Regenerate the study's table, its LaTeX form, the figures and the verdicts
	@$(MAKE) --no-print-directory build/nashswarm
	@$(if $(WHOLE),echo experiments/findings.yaml; build/nashswarm run experiments/findings.yaml --out $(call quoted,OUT) >/dev/null)
	@echo $(call quoted,SPEC); build/nashswarm run $(call quoted,SPEC) --out $(call quoted,OUT) $(PART)
	@echo; build/nashswarm verify --out $(call quoted,OUT) --summary $(if $(WHOLE),--require multiscale --require findings)

reproduce-gpt2: deps ## The study's two tables on the official weights that are there (make weights, make wikitext)
	@$(MAKE) --no-print-directory build/nashswarm
	@tools/reproduce-gpt2 $(call quoted,OUT) $(foreach m,$(MODEL_NAMES),$(call as_word,$(m)))

reference: reproduce ## Make today's verdicts those that later ones are compared with
	@build/nashswarm verify --out $(call quoted,OUT) --summary --update-reference

PAPER_SPECS := experiments/multiscale.yaml experiments/protocols.yaml experiments/findings.yaml

paper: deps ## Set the reproduction report, paper/main.pdf, from results (runs what is missing; installs TeX)
	@tools/deps paper
	@$(MAKE) --no-print-directory build/nashswarm
	@for s in $(PAPER_SPECS); do echo "$$s"; build/nashswarm run $$s --out $(call quoted,OUT) >/dev/null || exit 1; done
	@build/nashswarm verify --out $(call quoted,OUT) --summary
	@tools/paper $(call quoted,OUT)

weights: deps ## Download and import GPT-2, Medium, Large and XL, or MODELS="gpt2 gpt2-medium" (KEEP=1 keeps the downloads)
	@tools/deps download
	@$(MAKE) --no-print-directory build/nashswarm
	@KEEP=$(call quoted,KEEP) tools/fetch weights build/nashswarm $(foreach m,$(MODEL_NAMES),$(call as_word,$(m)))

wikitext: ## Download the texts that the study scored, WikiText-2 (KEEP=1 keeps the archive)
	@tools/deps download
	@KEEP=$(call quoted,KEEP) tools/fetch texts wikitext

figures: ## Redraw the figures from stored results alone
	@$(MAKE) --no-print-directory build/nashswarm
	@build/nashswarm figures $(call quoted,SPEC) --out $(call quoted,OUT) $(PART)

test: deps ## Run the tests (FILTER='suite/name' for some of them)
	@$(MAKE) --no-print-directory $(TEST_PROGRAM) $(PROGRAM)
	@tools/run-tests $(TEST_PROGRAM) $(PROGRAM) $(call quoted,FILTER)

slurm-test: ## Run cells on a Slurm cluster of two nodes on this machine (root; installs Slurm)
	@$(MAKE) --no-print-directory build/nashswarm
	@tests/slurm/run build/nashswarm

browser-test: deps ## Open a report in headless Chromium (installs it)
	@tools/deps browser
	@$(MAKE) --no-print-directory build/nashswarm
	@tests/browser/run build/nashswarm

download-test: deps ## Test the downloader against a server that misbehaves (installs Python for it)
	@tools/deps download
	@tools/deps download_test
	@$(MAKE) --no-print-directory build/nashswarm
	@tests/download/run build/nashswarm

.PHONY: fuzz fuzzers
fuzz: deps ## Attack what reads files, FUZZ_SECONDS=60 a harness of tests/fuzz (HARNESS=name for one)
	@tools/deps fuzz
	@$(MAKE) --no-print-directory build/nashswarm
	@$(MAKE) --no-print-directory VARIANT=fuzz fuzzers
	@tests/fuzz/seeds build/nashswarm build/fuzz/seeds
	@tools/fuzz build/fuzz/tests/fuzz build/fuzz/seeds $(FUZZ_SECONDS) $(or $(HARNESS),$(basename $(notdir $(HARNESSES))))

fuzzers: $(FUZZERS)

check: lint layers hdr-check format ## Static checks: lint, layers, hdr-check, format

coverage: deps ## Run tests and faults (STRIDE=7), list the lines that nothing runs, check that docs/uncovered.md judges them
	@tools/deps coverage
	@$(MAKE) --no-print-directory VARIANT=coverage $(addprefix build/coverage/,nashswarm tests/nashswarm-tests tests/faults/libinject.so tests/faults/make_model)
	@tools/coverage build/coverage $(if $(filter 1,$(STRIDE)),7,$(STRIDE))

lint: deps-check ## Static analysis: cppcheck and clang-tidy
	@tools/lint $(SOURCES) src/main.c

layers: ## Check who includes whom against ARCHITECTURE.md
	@tools/layers

hdr-check: deps ## Check that every header compiles alone
	@for h in $(HEADERS); do \
	    echo "#include \"$$PWD/$$h\"" | $(CC) $(COMMON) $(PACKAGE_CFLAGS) -isystem $(BLAS_INCLUDE) -fsyntax-only -x c - || exit 1; \
	done; echo "hdr-check: $(words $(HEADERS)) headers compile alone"

format: deps-check ## Check the layout of the code (FIX=1 rewrites it)
	@clang-format $(if $(FIX),-i,--dry-run --Werror) $(SOURCES) src/main.c $(TESTS) $(wildcard tests/fuzz/*.c) $(FAULTS) $(PLAIN) $(HEADERS) \
	    && echo "format: $(words $(SOURCES) $(TESTS) $(wildcard tests/fuzz/*.c) $(FAULTS) $(PLAIN) $(HEADERS)) files as .clang-format says"

asan: deps ## Run the tests under the address and undefined-behaviour sanitizers
	@$(MAKE) --no-print-directory VARIANT=asan build/asan/nashswarm build/asan/tests/plain/tests
	@tools/run-tests --watch address build/asan/tests/plain/tests build/asan/nashswarm '$(FILTER)'
	@[ -n "$(FILTER)" ] || { tools/reliability new asan; \
	    tools/reliability row asan "all tests under the address, undefined and leak sanitizers" '`make asan`' "$$(cat build/asan/tests/plain/summary)"; }

tsan: deps ## Run every command and the tests under the thread sanitizer (FILTER='program/*': whole programs)
	@tools/deps fuzz
	@$(MAKE) --no-print-directory VARIANT=tsan build/tsan/nashswarm build/tsan/tests/faults/make_model build/tsan/tests/plain/tests
	@tests/short/run build/tsan/nashswarm build/tsan/tests/faults thread
	@tools/run-tests --watch thread build/tsan/tests/plain/tests build/tsan/nashswarm '$(or $(FILTER),!(program/*))'
	@[ -n "$(FILTER)" ] || tools/reliability row tsan "all tests but those of whole programs under the thread sanitizer, four threads" '`make tsan`' "$$(cat build/tsan/tests/plain/summary)"

# Those that end within minutes; the rest is arithmetic, which the other checkers run.
UNDER_VALGRIND := @(base|claims|coding_[br]|plan|results|program/*/co)*

valgrind: deps ## Run every command and the quick tests under valgrind (FILTER=… for others)
	@tools/deps valgrind
	@$(MAKE) --no-print-directory $(PROGRAM) $(B)/tests/faults/make_model $(PLAIN_TESTS)
	@tests/short/run $(PROGRAM) $(B)/tests/faults valgrind
	@tools/run-tests --watch valgrind $(PLAIN_TESTS) $(PROGRAM) '$(or $(FILTER),$(UNDER_VALGRIND))'
	@[ -n "$(FILTER)" ] || tools/reliability row valgrind "quick tests under valgrind, leaks looked for" '`make valgrind`: memcheck' "$$(cat $(B)/tests/plain/summary)"

faults: deps ## Let allocations, calls on files, disk and output fail one by one (STRIDE=3: every third)
	@$(MAKE) --no-print-directory $(PROGRAM) $(B)/tests/faults/libinject.so $(B)/tests/faults/make_model
	@tests/faults/run $(PROGRAM) $(B)/tests/faults $(STRIDE) faults

endurance: deps ## Run thousands of cells through kills, two runs at once and full disks (CELLS=5000)
	@$(MAKE) --no-print-directory $(PROGRAM) $(B)/tests/faults/make_model
	@tests/faults/endurance $(PROGRAM) $(B)/tests/faults $(CELLS)

pauses: deps ## Run the cases of whole programs, with random pauses where processes and threads meet
	@$(MAKE) --no-print-directory $(PROGRAM) $(PLAIN_TESTS) $(B)/tests/faults/libpauses.so
	@tools/run-tests --watch pauses $(PLAIN_TESTS) $(PROGRAM) '$(or $(FILTER),program/*)'
	@[ -n "$(FILTER)" ] || { tools/reliability new pauses && tools/reliability row pauses "whole programs, with random pauses at each start, fork, rename, lock and thread" '`make pauses`' "$$(cat $(B)/tests/plain/summary)"; }

# A + lets the make that a script starts have a share in the jobs of -j.
repro-check: build/nashswarm ## Check that another folder makes the same bytes
	+@tools/repro-check

hardening: build/nashswarm ## Check the hardening of the program and measure its cost
	@$(MAKE) --no-print-directory HARDEN=no build/release-plain/nashswarm
	@tools/hardening

compilers: deps ## Build and test with gcc and clang, optimized or not
	+@tools/portability compilers

levels: build/nashswarm ## Check that narrower processors make the same tables (emulated ones too)
	+@tools/portability levels

cores: deps ## Run the tests on every type of BLAS core that this processor can run (CORES="Prescott Haswell")
	+@tools/portability cores

places: build/nashswarm ## Check that locale, folder, user and one core change no table
	+@tools/portability places

fresh: ## Test and reproduce in a fresh system, ROOT=bookworm|trixie|noble (root; installs debootstrap)
	@tools/deps roots
	@tools/fresh-root $(ROOT)

# Those that measure something of the table; each leaves its rows itself.
RELIABILITY := repro-check hardening check coverage asan tsan valgrind fuzz faults endurance pauses compilers levels cores places

reliability: ## Measure all that the README's table of reliability tells, and write it (hours)
	@for t in $(RELIABILITY); do $(MAKE) --no-print-directory $$t || echo "reliability: $$t failed"; done
	@for r in bookworm trixie noble; do $(MAKE) --no-print-directory fresh ROOT=$$r || echo "reliability: $$r failed"; done
	@tools/reliability readme

reliability-table: ## Write the table of reliability into README.md from what was measured
	@tools/reliability readme

speed: ## Time one text and one token from floats, dequantized floats and codes (experiments/speed.yaml)
	@$(MAKE) --no-print-directory build/nashswarm
	@build/nashswarm speed experiments/speed.yaml --out $(call quoted,OUT) $(if $(MODEL_LIST),--models $(call quoted,MODEL_LIST))

bench: deps ## Measure speed against this machine's limits (SHAPES="gpt2 gpt2-xl", SYNTH=folder)
	@$(MAKE) --no-print-directory build/nashswarm
	@tools/bench $(call quoted,SHAPES) $(call quoted,OUT) $(call quoted,SYNTH)

clean: ## Remove build/
	rm -rf build

install: installed = $(call quoted,DESTDIR)$(call quoted,PREFIX)
install: build/nashswarm ## Install program, data and man page under DESTDIR/PREFIX
	install -D -m 755 $(PROGRAM) $(installed)/bin/nashswarm
	install -d $(installed)/share/man/man1 $(installed)/share/nashswarm/plots
	sed "s|@PREFIX@|$$(printf %s $(call quoted,PREFIX) | sed 's/[&|\\]/\\&/g')|g" docs/nashswarm.1 > $(installed)/share/man/man1/nashswarm.1
	tar -cf - --exclude=data/downloads experiments configs data | tar -xf - -C $(installed)/share/nashswarm/
	install -m 644 plots/*.gp $(installed)/share/nashswarm/plots/
	install -m 644 paper/nashswarm.sty $(installed)/share/nashswarm/

columns: build/nashswarm ## Put the table of columns into docs/columns.md
	@build/nashswarm show --list-columns --format markdown > build/columns.md
	@sed -i -e '/^<!-- columns -->/,/^<!-- end -->/{/^<!--/!d}' -e '/^<!-- columns -->/r build/columns.md' docs/columns.md

keys: build/nashswarm ## Put the keys of experiments and ledgers into docs/ and the man page
	@build/nashswarm schema --format markdown > build/keys.md
	@build/nashswarm schema --format roff > build/keys.roff
	@sed -i -e '/^<!-- keys -->/,/^<!-- end -->/{/^<!--/!d}' -e '/^<!-- keys -->/r build/keys.md' docs/keys.md
	@build/nashswarm verify --rules > build/rules.md
	@sed -i -e '/^<!-- rules -->/,/^<!-- end -->/{/^<!--/!d}' -e '/^<!-- rules -->/r build/rules.md' docs/claims.md
	@sed -i -e '/^\.\\" keys$$/,/^\.\\" end$$/{/^\.\\"/!d}' -e '/^\.\\" keys$$/r build/keys.roff' docs/nashswarm.1

readme: reproduce ## Put the stored results into README.md
	@build/nashswarm run experiments/three_bits.yaml --out $(call quoted,OUT) --quiet >/dev/null
	@tools/readme $(call quoted,OUT)

build/nashswarm: $(PROGRAM)
	@ln -sf release/nashswarm $@.new && mv -f $@.new $@
	@[ $(B) = build/release ] || ln -sf $(B:build/%=%)/nashswarm $@

$(PROGRAM): $(B)/src/main.o $(B)/libnashswarm.a $(B)/flags
	@echo "  LD  $@"
	@$(CC) $(COMPILE_FLAGS) $(HARDENED_LINK) $(LDFLAGS) -o $@ $(B)/src/main.o $(B)/libnashswarm.a $(LIBS)

$(B)/libnashswarm.a: $(OBJECTS)
	@rm -f $@
	@ar rcsD $@ $^

$(TEST_PROGRAM): $(TEST_OBJECTS) $(B)/libnashswarm.a $(B)/flags
	@echo "  LD  $@"
	@$(CC) $(COMPILE_FLAGS) $(HARDENED_LINK) $(LDFLAGS) -o $@ $(TEST_OBJECTS) $(B)/libnashswarm.a $(LIBS) -lcriterion

$(PLAIN_TESTS): $(PLAIN:%.c=$(B)/%.o) $(TEST_OBJECTS) $(B)/libnashswarm.a $(B)/flags
	@echo "  LD  $@"
	@$(CC) $(COMPILE_FLAGS) $(HARDENED_LINK) $(LDFLAGS) -o $@ $(filter %.o %.a,$^) $(LIBS)

$(FUZZERS): %: %.o $(B)/tests/fuzz/fuzz.o $(B)/libnashswarm.a $(B)/flags
	@echo "  LD  $@"
	@$(CC) $(COMPILE_FLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $< $(B)/tests/fuzz/fuzz.o $(B)/libnashswarm.a $(LIBS)

$(B)/tests/faults/libinject.so: $(INJECT) tests/faults/inject.h
$(B)/tests/faults/libpauses.so: tests/faults/pauses.c
$(addprefix $(B)/tests/faults/,libinject.so libpauses.so): $(B)/flags
	@mkdir -p $(@D)
	@echo "  LD  $@"
	@$(CC) -std=c17 -D_GNU_SOURCE $(WARNINGS) -g -O1 -fPIC -shared -o $@ $(filter %.c,$^)

$(B)/tests/faults/make_model: $(B)/tests/faults/make_model.o $(B)/tests/made_vocabulary.o $(B)/libnashswarm.a $(B)/flags
	@echo "  LD  $@"
	@$(CC) $(COMPILE_FLAGS) $(HARDENED_LINK) $(LDFLAGS) -o $@ $(filter %.o %.a,$^) $(LIBS)

# A change of compiler, flags or libraries rebuilds everything: they are a prerequisite.
$(B)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(COMPILE_FLAGS) $(PACKAGE_CFLAGS) $(LIBS)' | cmp -s - $@ || \
	    echo '$(CC) $(COMPILE_FLAGS) $(PACKAGE_CFLAGS) $(LIBS)' > $@

$(B)/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	@echo "  CC  $<"
	@$(CC) $(COMPILE_FLAGS) $(if $(findstring results/provenance,$<),$(VERSION_FLAGS)) $(PACKAGE_CFLAGS) -isystem $(BLAS_INCLUDE) $(if $(findstring tests/fuzz,$<),-Itests) -MMD -MP -c -o $@ $<

-include $(OBJECTS:.o=.d) $(TEST_OBJECTS:.o=.d) $(B)/src/main.d $(FUZZERS:=.d) $(PLAIN:%.c=$(B)/%.d)
