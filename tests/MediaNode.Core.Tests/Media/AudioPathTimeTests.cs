using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Rtp;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Core.Tests.Media;

/// <summary>Delay, drift, loss and jitter.</summary>
public sealed class AudioPathTimeTests : AudioPathRig
{
    [Fact]
    public void LossReorderingAndDuplicatesStillGiveTheToneInStep()
    {
        var random = new Random(9);
        (ushort, uint, byte[])? held = null;
        for (var i = 0; i < 150; i++)
        {
            var packet = NextPacket();
            var dice = random.Next(100);
            var (lost, late, twice) = (dice < 5, dice is >= 5 and < 10, dice is >= 10 and < 15);
            if (late) held = packet;
            else if (!lost) Receive(packet);
            if (twice) Receive(packet);
            Run(TimeSpan.FromMilliseconds(10));
            if (held is { } delayed)
            {
                Receive(delayed);
                held = null;
            }

            Run(TimeSpan.FromMilliseconds(10));
        }

        AssertSequenceIsUnbroken();
        Assert.InRange(SentPackets.Count, 146, 150);
        Assert.True(Tone.Heard(Decode(SentPackets), Hertz, 1000, 8000) > TimeSpan.FromSeconds(2.5));
    }

    [Fact]
    public void WhatArrivesInItsTurnIsSentAtOnce()
    {
        for (var i = 0; i < 500; i++)
        {
            Receive(NextPacket());
            Assert.Equal((i + 1, Now), (SentPackets.Count, SentPackets[^1].At));
            Run(PacketTime);
        }
    }

    /// <summary>A source's clock that runs fast or slow for an hour; nothing of ours keeps another time.</summary>
    [Theory]
    [InlineData(200)]
    [InlineData(-200)]
    public void AClockThatDriftsLosesAndRepeatsNothing(int partsPerMillion)
    {
        var random = new Random(1);
        var (payload, start, sent) = (new byte[160], Now, 0);
        var bytes = new byte[RtpPacket.HeaderSize + payload.Length];
        const int Packets = 3600 * 50;
        for (var i = 0; i < Packets; i++)
        {
            var sentAt = start + PacketTime * i * (1 - partsPerMillion / 1e6);
            while (Path.NextTimeout is { } due && due <= sentAt)
            {
                Path.HandleTimeout(due);
                sent += Queue.Count;
                Queue.Clear();
            }

            RtpPacket.WriteHeader(bytes, 8, false, Sequence++, Timestamp += 160, 5);
            Assert.True(RtpPacket.TryParse(bytes, out var packet));
            Path.Receive(sentAt + TimeSpan.FromMilliseconds(random.Next(20)), packet, Pcma);
            sent += Queue.Count;
            Queue.Clear();
        }

        Assert.Equal(Packets, sent);
    }

    [Theory]
    [InlineData(60, 20)]
    [InlineData(20, 60)]
    [InlineData(30, 20)]
    [InlineData(10, 40)]
    public void PacketTimesThatDifferAreSentAtTheirOwnPace(int heardMilliseconds, int sentMilliseconds)
    {
        Connect(Stream(Pcma), Stream(Pcmu) with { PacketTime = TimeSpan.FromMilliseconds(sentMilliseconds) });
        for (var i = 0; i < 60; i++)
        {
            Receive((Sequence++, Timestamp += (uint)heardMilliseconds * 8, new byte[heardMilliseconds * 8]));
            Run(TimeSpan.FromMilliseconds(heardMilliseconds));
        }

        Assert.InRange(SentPackets.Count, 60 * heardMilliseconds / sentMilliseconds - 1, 60 * heardMilliseconds / sentMilliseconds);
        var step = TimeSpan.FromMilliseconds(sentMilliseconds);
        foreach (var (before, after) in SentPackets.Zip(SentPackets.Skip(1)))
        {
            Assert.Equal(sentMilliseconds * 8u, after.Timestamp - before.Timestamp);
            Assert.InRange(after.At - before.At, step - TimeSpan.FromMilliseconds(10), step + TimeSpan.FromMilliseconds(10));
        }
    }

    [Fact]
    public void AnotherSourceGoesOnWhereTheFirstLeftOff()
    {
        Speak(10);
        (Sequence, Timestamp) = (7, 99);
        for (var i = 0; i < 10; i++)
        {
            Receive(NextPacket(), ssrc: 77);
            Run(PacketTime);
        }

        AssertSequenceIsUnbroken();
        Assert.Equal([SentPackets[0], SentPackets[10]], SentPackets.Where(s => s.Marker));
        Assert.All(SentPackets.Zip(SentPackets.Skip(1)), pair => Assert.Equal(160u, pair.Second.Timestamp - pair.First.Timestamp));
    }

    [Fact]
    public void JitterIsPassedOnAndNothingIsLostOnceItIsKnown()
    {
        var random = new Random(4);
        var pending = new PriorityQueue<(ushort, uint, byte[]), Instant>();
        var start = Now;
        for (var i = 0; i < 1000; i++) pending.Enqueue(NextPacket(), start + PacketTime * i + TimeSpan.FromMilliseconds(random.Next(50)));
        while (pending.TryDequeue(out var packet, out var at))
        {
            Run(at - Now);
            Receive(packet);
        }

        AssertSequenceIsUnbroken();
        Assert.Equal(1000, SentPackets.Count);
        Assert.True(Tone.Heard(Decode(SentPackets), Hertz, 1000, 8000) > TimeSpan.FromSeconds(19.8));
        Assert.All(SentPackets.Index(), s => Assert.InRange(s.Item.At - start - PacketTime * s.Index, TimeSpan.Zero, TimeSpan.FromMilliseconds(70)));
    }
}
