"""What the hidden part of the project's test cell looks at before it trains."""

from course_utils.project import stock


def test_files_of_one_name_count_in_every_folder(tmp_path, monkeypatch):
    for folder in ("", "left", "right/deep"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / "weights.npz").write_bytes(b"12345")
    (tmp_path / "project.ipynb").write_text("{}")
    monkeypatch.chdir(tmp_path)
    assert sorted(stock.files_beside().values()) == [5, 5, 5]
