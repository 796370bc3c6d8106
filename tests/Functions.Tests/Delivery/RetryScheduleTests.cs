using Byon.Functions.Delivery;

namespace Byon.Tests.Functions.Tests.Delivery;

public class RetryScheduleTests
{
    private static readonly DeliveryOptions Options = new();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(5, 16)]
    [InlineData(9, 256)]
    [InlineData(10, 300)]
    [InlineData(1_000_000, 300)]
    public void PausesDoubleUpToALimitAndHalfOfEachIsChance(int failures, int seconds)
    {
        Assert.Equal(TimeSpan.FromSeconds(seconds), RetrySchedule.PauseAfter(failures, 0, null, Options));
        Assert.Equal(TimeSpan.FromSeconds(seconds) / 2, RetrySchedule.PauseAfter(failures, 1, null, Options));
    }

    [Theory]
    [InlineData(7, 7)]
    [InlineData(7200, 3600)]
    public void WhatTheReceiverAsksForIsKeptToWithinReason(int asked, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), RetrySchedule.PauseAfter(1, 1, TimeSpan.FromSeconds(asked), Options));
}
