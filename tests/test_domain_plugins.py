"""One file is one plug-in."""

import json
import json.decoder

import pytest

from domain import plugins
from domain.errors import PluginError


def test_the_modules_of_a_folder_are_its_plugins() -> None:
    assert plugins.names(json) == ["decoder", "encoder", "scanner", "tool"]
    assert plugins.load(json, "decoder") is json.decoder


@pytest.mark.parametrize("name", ["teleport", "", "..decoder", "os"])
def test_an_unknown_plugin_is_refused_naming_what_there_is(name: str) -> None:
    with pytest.raises(PluginError, match="decoder、encoder"):
        plugins.load(json, name)
