"""Settings: what a file and the environment say, and what a person is told when it cannot work."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Fault, Misconfigured
from pipeline.settings import Settings, duration, read, salvaged


def settings(folder: Path, toml: str = "", environ: Mapping[str, str] | None = None) -> Settings:
    file = folder / "yuqing.toml"
    file.write_text(toml, encoding="utf-8")
    return read(file, environ or {})


def faults(folder: Path, toml: str = "", environ: Mapping[str, str] | None = None) -> list[Fault]:
    with pytest.raises(Misconfigured) as caught:
        settings(folder, toml, environ)
    return list(caught.value.faults)


@given(st.dictionaries(st.sampled_from(["w", "d", "h", "m", "s", "ms"]), st.integers(0, 999), min_size=1))
def test_a_duration_is_the_sum_of_its_parts_with_or_without_blanks(parts: dict[str, int]) -> None:
    names = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds", "ms": "milliseconds"}
    whole = timedelta(**{names[unit]: number for unit, number in parts.items()})

    for blank in ("", " "):
        said = duration(blank.join(f"{number}{unit}" for unit, number in parts.items()))
        assert abs(said - whole) < timedelta(milliseconds=1)


@pytest.mark.parametrize("wrong", ["", "10", "10 分钟", "-5m", "m", "1.m", "10m!", "ten m", 90, None, "9" * 20 + "w"])
def test_what_is_no_duration_is_refused_in_words(wrong: object) -> None:
    with pytest.raises(ValueError, match="时长应写成"):
        duration(wrong)


def test_relative_paths_count_from_the_folder_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "desk").mkdir()
    said = settings(tmp_path / "desk", 'rules = ["my", "/etc/rules"]\ndirectory = "d.yaml"\n')

    assert said.home == tmp_path / "desk" / "data"
    assert said.rules == [tmp_path / "desk" / "my", Path("/etc/rules")]
    assert said.directory == tmp_path / "desk" / "d.yaml"
    assert said.bus_url == f"sqlite:///{tmp_path}/desk/data/bus"


def test_the_environment_overrides_the_file_key_by_key(tmp_path: Path) -> None:
    environ = {
        "YUQING_BUS__URL": "sqlite:///elsewhere",
        "YUQING_ENGINE__BATCH": "7",
        "YUQING_RULES": os.pathsep.join(("a", "b")),
        "PATH": "/bin",
    }
    said = settings(tmp_path, '[bus]\nurl = "sqlite:///here"\npartitions = 2\n', environ)

    assert (said.bus_url, said.bus.partitions) == ("sqlite:///elsewhere", 2)
    assert said.engine.batch == 7
    assert said.rules == [tmp_path / "a", tmp_path / "b"]


def test_a_source_keeps_the_options_of_its_connector(tmp_path: Path) -> None:
    said = settings(tmp_path, '[[sources]]\nid = "bbs"\nconnector = "feed"\nclass = "forum"\nevery = "5m"\n')

    assert (said.sources[0].class_, said.sources[0].options) == ("forum", {"every": "5m"})


def test_every_fault_is_said_with_its_key_and_the_nearest_name(tmp_path: Path) -> None:
    said = faults(tmp_path, 'timezome = "UTC"\n[bus]\npartitions = 0\nretention = "soon"\n[engine]\nbatchs = 3\n')

    places = {fault.place.removeprefix(f"{tmp_path}/yuqing.toml: "): fault.zh for fault in said}
    assert set(places) == {"timezome", "bus.partitions", "bus.retention", "engine.batchs"}
    assert "是不是想写 timezone" in places["timezome"]
    assert "是不是想写 batch" in places["engine.batchs"]
    assert "太小" in places["bus.partitions"]
    assert "时长应写成" in places["bus.retention"]


def test_a_wrong_value_of_the_environment_is_not_sought_in_the_file(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, "", {"YUQING_CONSOLE__PORT": "eighty"})

    assert fault.place == "环境变量 YUQING_CONSOLE__PORT"


def test_a_file_saved_by_a_windows_editor_is_read(tmp_path: Path) -> None:
    assert settings(tmp_path, '\ufefftimezone = "UTC"\r\n').timezone == "UTC"


def test_what_is_no_readable_file_is_said_and_only_a_named_file_must_exist(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert read(environ={}).timezone == "Asia/Shanghai"
    (tmp_path / "gb.toml").write_bytes('timezone = "北京"'.encode("gb18030"))
    for name, said in (("none.toml", "没有这个配置文件"), ("gb.toml", "不是有效的 TOML"), (".", "打不开")):
        with pytest.raises(Misconfigured, match=said):
            read(tmp_path / name, {})


def test_what_is_right_is_salvaged_so_that_more_faults_can_be_found(tmp_path: Path) -> None:
    file = tmp_path / "yuqing.toml"
    file.write_text(
        'hom = "x"\nhome = "daten"\nbus.urll = "y"\nbus.partitions = 9\n[[sources]]\nid = "a b"\nconnector = "feed"\n'
        '[[sources]]\nid = "good"\nconnector = "fed"\n',
        encoding="utf-8",
    )

    settings, faults = salvaged(file, {})

    assert sorted(fault.place.rpartition(": ")[2] for fault in faults) == ["bus.urll", "hom", "sources.0.id"]
    assert (settings.home, settings.bus.partitions) == (tmp_path / "daten", 9)
    assert [source.id for source in settings.sources] == ["good"]


def test_a_secret_may_come_from_a_file_and_the_variable_itself_goes_before_it(tmp_path: Path) -> None:
    secret = tmp_path / "ledger_url"
    secret.write_text("postgresql://desk:pw@db/desk\n", encoding="utf-8")
    environ = {"YUQING_LEDGER__URL_FILE": str(secret)}

    assert settings(tmp_path, environ=environ).ledger_url == "postgresql://desk:pw@db/desk"
    assert settings(tmp_path, environ=environ | {"YUQING_LEDGER__URL": "sqlite:///x"}).ledger_url == "sqlite:///x"


def test_a_secret_that_cannot_be_read_names_its_variable(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, environ={"YUQING_LEDGER__URL_FILE": str(tmp_path / "none")})

    assert "YUQING_LEDGER__URL_FILE" in fault.place
    assert "none" in fault.zh


@pytest.mark.parametrize("zone", ["Asia/Shangai", "Asia", "", "../etc"])
def test_a_time_zone_that_is_none_is_a_fault(tmp_path: Path, zone: str) -> None:
    (fault,) = faults(tmp_path, f'timezone = "{zone}"\n')

    assert fault.place.endswith("timezone")
    assert "没有" in fault.zh and "Asia/Shanghai" in fault.zh
