"""The least a strategy needs: entries of its own, and ParamgateExits for every exit. Long and short, three times leverage."""

from datetime import datetime

from freqtrade.strategy import IStrategy
from pandas import DataFrame

from paramgate import ParamgateExits


class ParamgateLongShort(ParamgateExits, IStrategy):
    INTERFACE_VERSION = 3
    can_short = True
    timeframe = "5m"
    startup_candle_count = 48

    # freqtrade's first and widest stop: as wide as the gateway's risk cap.
    stoploss = -0.07
    # Nothing beside the gateway's target.
    minimal_roi: dict = {}

    def leverage(
        self,
        pair: str,
        current_time: datetime,
        current_rate: float,
        proposed_leverage: float,
        max_leverage: float,
        entry_tag: str | None,
        side: str,
        **kwargs,
    ) -> float:
        return min(float(self.config.get("example_leverage", 3.0)), max_leverage)

    def populate_indicators(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        dataframe["fast"] = dataframe["close"].rolling(12).mean()
        dataframe["slow"] = dataframe["close"].rolling(48).mean()
        return dataframe

    def populate_entry_trend(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        above = dataframe["fast"] > dataframe["slow"]
        known = dataframe["slow"].shift(1).notna()
        dataframe.loc[known & above & ~above.shift(1, fill_value=False), "enter_long"] = 1
        dataframe.loc[known & ~above & above.shift(1, fill_value=False), "enter_short"] = 1
        return dataframe

    def populate_exit_trend(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        return dataframe
