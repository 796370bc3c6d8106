using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;

namespace Byon.Tests.MediaNode.Core.Tests.Media;

public class JitterBufferTests
{
    private static readonly Instant Start = new(TimeSpan.TicksPerDay);

    private readonly JitterBuffer _buffer = new(8000);

    [Fact]
    public void PlaysInOrderAfterTheFirstDelay()
    {
        Push(0, 10);
        Assert.Equal(At(20), _buffer.ReadyAt);
        Assert.Equal("idle", Pull(19));
        Push(20, 11);
        Assert.Equal("10 11", Pull(20, 2));
        Assert.Null(_buffer.ReadyAt);
    }

    [Fact]
    public void PutsReorderedPacketsBackAcrossTheWrapAndDropsDuplicates()
    {
        Push(0, 65535);
        Push(1, 1);
        Push(2, 0);
        Assert.Equal(JitterPush.Duplicate, Push(3, 0));
        Push(4, 65534);
        Assert.Equal("65534 65535 0 1", Pull(20, 4));
    }

    [Fact]
    public void AMissingPacketShowsTheOneAfterIt()
    {
        Push(0, 1);
        Push(1, 2);
        Push(2, 4);
        Assert.Equal("1 2 missing(4) 4", Pull(20, 4));
    }

    [Fact]
    public void APacketAfterItsTurnIsLateAndBuysTimeForThoseBehindIt()
    {
        foreach (ushort s in (ushort[])[1, 3, 4]) Push(0, s);
        Assert.Equal("1 missing(3)", Pull(20, 2));
        Assert.Equal(JitterPush.Late, Push(61, 2));
        Assert.Equal("missing() 3 4", Pull(80, 3));
    }

    [Fact]
    public void ASourceThatPausesIsConcealedForAWhileAndThenIdleUntilItSpeaksAgain()
    {
        Push(0, 1);
        Assert.Equal("1 missing() missing() missing() missing() missing() idle idle", Pull(20, 8));
        Assert.Null(_buffer.ReadyAt);
        Push(1000, 2, timestamp: 8000);
        Assert.Equal("idle", Pull(1010));
        Assert.Equal("2", Pull(1020));
    }

    [Fact]
    public void APacketThatComesInTimeDuringStarvationIsPlayedNext()
    {
        Push(0, 1);
        Assert.Equal("1 missing()", Pull(20, 2));
        Push(55, 2);
        Assert.Equal("2", Pull(60));
    }

    [Fact]
    public void AMarkedPacketAfterAPauseWaitsForTheJitterMeasured()
    {
        Push(0, 1);
        Assert.Equal("1 missing()", Pull(20, 2));
        Push(55, 2, marker: true);
        Assert.Equal("missing() missing() 2", Pull(60, 3));
    }

    [Fact]
    public void AJumpInTheSequenceStartsAnew()
    {
        Push(0, 1);
        Assert.Equal("1", Pull(20));
        Push(21, 30_000);
        Assert.Equal("idle", Pull(40));
        Assert.Equal("30000", Pull(41));
    }

    [Fact]
    public void ABurstAfterAStallIsCutToABoundedDelay()
    {
        for (ushort s = 0; s < 30; s++) Push(600, s);
        Assert.Equal("27", Pull(760));
        Assert.InRange(_buffer.Skipped, 20, 30);
    }

    [Fact]
    public void ADelayThatNoPacketNeedsShrinks()
    {
        Push(0, 0);
        Push(0, 1);
        Push(0, 2);
        for (ushort s = 3; s < 600; s++)
        {
            Push((s - 2) * 20, s);
            Pull(20 + (s - 2) * 20);
        }

        Assert.InRange(_buffer.Skipped, 1, 3);
        Assert.True(_buffer.Delay <= TimeSpan.FromMilliseconds(40), $"{_buffer.Delay}");
    }

    [Fact]
    public void TheDelayGrowsUntilJitterNoLongerLeavesHoles()
    {
        var random = new Random(3);
        var pending = new PriorityQueue<ushort, int>();
        for (ushort s = 0; s < 3000; s++) pending.Enqueue(s, s * 20 + random.Next(60));
        var played = new List<string>();
        for (var t = 0; t < 60_000; t++)
        {
            while (pending.TryPeek(out var s, out var due) && due <= t) Push(due, pending.Dequeue());
            if (t % 20 == 0) played.Add(Pull(t));
        }

        Assert.Equal(0, played.Skip(500).Count(p => p == "idle"));
        Assert.InRange(played.Skip(500).Count(p => p.StartsWith("missing", StringComparison.Ordinal)), 0, 60);
        Assert.True(_buffer.Delay < TimeSpan.FromMilliseconds(120), $"{_buffer.Delay}");
    }

    [Fact]
    public void KnowsThePacketTimeOfItsSource()
    {
        Push(0, 1, timestamp: 0);
        Push(30, 2, timestamp: 240);
        Assert.Equal(TimeSpan.FromMilliseconds(30), _buffer.PacketTime);
    }

    [Fact]
    public void APayloadLongerThanAnyFrameIsRefused() =>
        Assert.Equal(JitterPush.TooLarge, _buffer.Push(Start, 1, 0, false, new byte[JitterBuffer.MaximumPayload + 1]));

    [Fact]
    public void RandomPacketsNeitherThrowNorAllocate()
    {
        var random = new Random(5);
        var payload = new byte[160];
        Push(0, 0);
        Pull(20);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 50_000; i++)
        {
            _buffer.Push(At(i), (ushort)(random.Next(100) == 0 ? random.Next(65536) : i / 4 + random.Next(40)), (uint)random.Next(), random.Next(9) == 0, payload);
            if (i % 4 == 0) _buffer.Pull(At(i), out _);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static Instant At(int milliseconds) => Start + TimeSpan.FromMilliseconds(milliseconds);

    private JitterPush Push(int at, ushort sequence, uint? timestamp = null, bool marker = false) =>
        _buffer.Push(At(at), sequence, timestamp ?? sequence * 160u, marker, [(byte)(sequence >> 8), (byte)sequence]);

    /// <summary>Pulls each 20 ms and tells what came.</summary>
    private string Pull(int at, int times = 1)
    {
        var played = new List<string>();
        for (var i = 0; i < times; i++)
        {
            var what = _buffer.Pull(At(at + i * 20), out var payload);
            var number = payload.IsEmpty ? "" : $"{payload[0] << 8 | payload[1]}";
            played.Add(what switch { JitterPull.Packet => number, JitterPull.Missing => $"missing({number})", _ => "idle" });
        }

        return string.Join(' ', played);
    }
}
