# Chores. `make` shows them. Everything lives in .venv and in one data folder (./data); delete both and nothing is left.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOME_DIR ?= data

.PHONY: dashboards secrets compose-check help setup setup-dev demo demo-check servers test check format bench docs screenshot lock clean
.DEFAULT_GOAL := help

help: ## 显示这份清单 / show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(VENV)/.ready ## 安装运行所需 / install what running needs

setup-dev: $(VENV)/.ready-dev ## 安装开发与测试所需 / install what development and tests need

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "需要 Python 3.11 或更新 / Python 3.11 or newer is needed (make PYTHON=python3.11 …)")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.ready: requirements.lock pyproject.toml compile.py $(wildcard pipeline/*/*.[ch]) | $(VENV)/bin/python
	@echo "正在安装依赖，首次约需一两分钟 / installing, a minute or two the first time"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.ready-dev: requirements-dev.lock $(VENV)/.ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

demo: setup ## 一台机器上跑起来：虚构的青湖区实时说话，打开网页 / everything on one machine, with a live invented district
	$(BIN)/yuqing demo

demo-check: setup ## 无界面地走完整条线，60 秒流时间 / the whole line head-less, exit 0 only if all of it held
	$(BIN)/yuqing demo --check

servers: setup-dev ## 本机的真服务器，打印设置，Ctrl-C 结束 / real Kafka, Elasticsearch, PostgreSQL … here, until Ctrl-C
	$(BIN)/python -m tests.servers $(ARGS)

test: setup-dev ## 跑全部测试，或 ARGS 指定的 / all tests, or those of ARGS
ifdef ARGS
	$(BIN)/python -m pytest $(ARGS)
else
	@failed=0; \
	OMP_NUM_THREADS=1 $(PYTEST) --numprocesses 3 -m "not alone" --cov-report= || failed=1; \
	$(PYTEST) --cov-append -m alone --cov-report=term:skip-covered --cov-report=xml:artifacts/coverage.xml || failed=1; \
	exit $$failed
endif
PYTEST := $(BIN)/python -m pytest --cov
# Three processes for two cores: a third of the time each waits for servers, or for the desk that it started.

check: setup-dev ## 格式、规范、类型、依赖方向、测试 / format, lint, types, import contract, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) test

format: setup-dev ## 自动整理格式 / let the formatter have its way
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .

secrets: ## 为容器部署生成随机口令，写入 ./secrets，已有的不动 / random passwords for the containers; those there stay
	@$(PYTHON) -m pipeline.cli.passwords secrets
	@test -e secrets/yuqing.toml || install -m 644 docs/examples/city.toml secrets/yuqing.toml

compose-check: setup-dev ## 不需要容器引擎，检查镜像、编排与清单 / judge image, compose file and manifests without an engine
	$(BIN)/python -m tests.compose

bench: setup-dev ## 与常见做法同场比速度 / speed as ratios, measured in one run
	$(BIN)/yuqing bench

screenshot: setup-dev ## 重拍 README 里的网页截图 / take the README's picture of the page again
	$(BIN)/python -m pipeline.cli.picture docs/images/console.png

docs: setup-dev ## 按代码更新文档里的表格与模式 / bring tables and schemas in the guides up to date with the code
	$(BIN)/python -m pipeline.cli.reference

dashboards: setup ## 按 spec.yaml 重新生成看板文件 / make the dashboards' files anew from spec.yaml
	$(BIN)/python -m dashboards.boards

lock: setup-dev ## 重新锁定依赖版本 / pin the dependencies anew
	$(BIN)/python -m pip install --quiet pip-tools
	$(BIN)/pip-compile $(LOCK) --output-file requirements-dev.lock --extra dev pyproject.toml
	sed 's/^\([a-z0-9-]*\)\[[a-z0-9,-]*\]==/\1==/' requirements-dev.lock > .lock-constraints  # which name no extras
	$(BIN)/pip-compile $(LOCK) --constraint .lock-constraints --output-file requirements.lock pyproject.toml
	rm .lock-constraints
# With the extras that somebody asks for: without them a newer release of such a package stops every installation.
LOCK := --quiet --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-strip-extras --generate-hashes --no-header --no-annotate --allow-unsafe

clean: ## 删除环境与数据 / remove the environment and the data folder
	rm -rf $(VENV) $(HOME_DIR) artifacts
