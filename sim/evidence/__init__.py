"""What past wars say: calibration, backtest, forecasters, second codings, rival models."""
