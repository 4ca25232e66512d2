"""Scraping a gateway, as Prometheus does."""

import aiohttp
from prometheus_client.parser import text_string_to_metric_families
from yarl import URL


class Scrape:
    """What one scrape found: the value of each series."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.families = {each.name: each for each in text_string_to_metric_families(text)}
        self.series = {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in self.families.values()
            for sample in family.samples
        }

    def value(self, name: str, **labels: str) -> float:
        """Give the value of one series, 0 if there is none."""
        return self.series.get((f"session_gateway_{name}", frozenset(labels.items())), 0)

    def labelled(self, name: str, label: str) -> set[str]:
        """Give the values that a label has in one metric."""
        full = f"session_gateway_{name}"
        return {dict(labels)[label] for each, labels in self.series if each == full}

    def of_backend(self, backend: str) -> list[str]:
        """Name the metrics that have a series of a backend."""
        return [name for name, labels in self.series if ("backend", backend) in labels]


async def scraped(address: str, client: aiohttp.ClientSession) -> Scrape:
    """Ask for the metrics."""
    async with client.get(URL(address + "/metrics")) as answer:
        text = await answer.text()
        assert answer.status == 200, text
        return Scrape(text)
