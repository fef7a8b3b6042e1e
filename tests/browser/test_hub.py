"""TensorBoard where the browser reaches only the notebook's server: JupyterHub and Binder.

A hub gives each user's server an address below its own and names it in JUPYTERHUB_SERVICE_PREFIX;
jupyter-server-proxy forwards what belongs to TensorBoard.
"""

import re

import pytest

from tests.browser.conftest import JupyterLab

pytestmark = [pytest.mark.slow, pytest.mark.browser]

PREFIX = "/user/ada/"
SHOW = """\
import numpy as np
import tensorflow as tf

from course_utils.tensorboard import show_dashboard, write_codes

write_codes(np.eye(30), images=np.zeros((30, 8, 8, 1)), labels=range(30))
with tf.summary.create_file_writer("logs/run").as_default():
    for step in range(5):
        tf.summary.scalar("loss", 1 / (1 + step), step=step)
show_dashboard("logs")
"""


@pytest.fixture
def hub(tmp_path_factory, monkeypatch) -> JupyterLab:
    """The server of a hub's user."""
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", PREFIX)
    lab = JupyterLab(tmp_path_factory.mktemp("hub"), base_url=PREFIX)
    lab.start(tmp_path_factory.mktemp("hub-lab"))
    yield lab
    lab.stop()


def test_tensorboard_shows_a_run_and_codes_through_the_proxy(hub, page, notebook):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    hub.open(page, notebook(SHOW))
    hub.run_all(page)
    dashboard = page.frame_locator("iframe[id^=tensorboard-frame]")
    dashboard.locator("line-chart").first.wait_for(timeout=120_000)
    data = [url for url in asked if "/data/" in url]
    assert data
    assert all(url.startswith(f"{hub.address}/proxy/") for url in data)
    page.get_by_text(re.compile(rf"open {PREFIX}proxy/\d+/ on the server")).wait_for()

    page.goto(re.match(r".*/proxy/\d+/", data[0])[0] + "#projector")
    cloud = page.frame_locator("iframe").frame_locator("iframe")  # a frame in its plugin's frame
    cloud.get_by_text(re.compile(r"Points:\s*30")).first.wait_for(timeout=120_000)
