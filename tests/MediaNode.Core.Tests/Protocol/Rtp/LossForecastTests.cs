using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Rtp;

public sealed class LossForecastTests
{
    [Fact]
    public void LossCountsAtOnceAndIsForgottenReportByReport()
    {
        Assert.Equal([10, 7, 5, 3, 2, 1, 0, 0], Forecasts(26, 0, 0, 0, 0, 0, 0, 0));
        Assert.Equal([2, 50, 37, 40, 100], Forecasts(5, 128, 3, 102, 255));
    }

    [Fact]
    public void WhatAnotherNodeKnewGoesOn()
    {
        Assert.Equal(8, new LossForecast(8).Percentage);
        Assert.Equal((100, 0), (new LossForecast(999).Percentage, new LossForecast(-1).Percentage));
    }

    private static List<int> Forecasts(params byte[] losses)
    {
        var forecast = new LossForecast();
        return [.. losses.Select(lost =>
        {
            forecast.Update(lost);
            return forecast.Percentage;
        })];
    }
}
