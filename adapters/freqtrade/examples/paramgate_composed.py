"""A strategy with callbacks of its own. They need not know of the gateway: the tighter stop, the nearer target and every exit of theirs hold."""

from datetime import datetime, timedelta

from freqtrade.persistence import Trade
from freqtrade.strategy import stoploss_from_absolute

from paramgate_long_short import ParamgateLongShort


class ParamgateComposed(ParamgateLongShort):
    def custom_stoploss(
        self,
        pair: str,
        trade: Trade,
        current_time: datetime,
        current_rate: float,
        current_profit: float,
        after_fill: bool,
        **kwargs,
    ) -> float | None:
        """To break-even once 2 % of own capital are gained."""
        if current_profit < 0.02:
            return None
        return stoploss_from_absolute(trade.open_rate, current_rate, is_short=trade.is_short, leverage=trade.leverage)

    def custom_exit(
        self, pair: str, trade: Trade, current_time: datetime, current_rate: float, current_profit: float, **kwargs
    ) -> str | bool | None:
        """Not longer than a day."""
        return "a_day_is_over" if current_time - trade.open_date_utc >= timedelta(days=1) else None

    def custom_roi(
        self,
        pair: str,
        trade: Trade,
        current_time: datetime,
        trade_duration: int,
        entry_tag: str | None,
        side: str,
        **kwargs,
    ) -> float | None:
        """Half of the gateway's target is enough after twelve hours."""
        target = super().custom_roi(pair, trade, current_time, trade_duration, entry_tag, side, **kwargs)
        return target if target is None or trade_duration < 720 else target / 2
