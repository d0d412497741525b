"""A model's strategy as a feeder: it tells the gateway its opinions and trades none of them itself.

With FreqAI, `dataframe["&-s_close"]` of `populate_entry_trend` says which side and how sure; here two means do.
"""

from datetime import datetime

from freqtrade.strategy import IStrategy
from pandas import DataFrame

from paramgate_feeder import submit_signal


class ParamgateFeeding(IStrategy):
    INTERFACE_VERSION = 3
    can_short = True
    timeframe = "5m"
    startup_candle_count = 48
    stoploss = -0.07
    minimal_roi = {"0": 0.03}

    def confirm_trade_entry(
        self,
        pair: str,
        order_type: str,
        amount: float,
        rate: float,
        time_in_force: str,
        current_time: datetime,
        entry_tag: str | None,
        side: str,
        **kwargs,
    ) -> bool:
        """The three lines: what is sure enough to enter is told, and left to the ensemble."""
        confidence = float((entry_tag or "conf=0.5").split("conf=")[1])
        submit_signal(pair, side, confidence, strategy=self)
        return False

    def populate_indicators(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        fast, slow = dataframe["close"].rolling(12).mean(), dataframe["close"].rolling(48).mean()
        dataframe["lead"] = (fast / slow - 1).fillna(0)
        return dataframe

    def populate_entry_trend(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        confidence = (0.5 + dataframe["lead"].abs() * 50).clip(upper=0.99)
        crossed = (dataframe["lead"] > 0) != (dataframe["lead"].shift(1, fill_value=0) > 0)
        dataframe.loc[crossed & (dataframe["lead"] > 0), "enter_long"] = 1
        dataframe.loc[crossed & (dataframe["lead"] < 0), "enter_short"] = 1
        dataframe.loc[crossed, "enter_tag"] = "model conf=" + confidence.round(2).astype(str)
        return dataframe

    def populate_exit_trend(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        return dataframe
