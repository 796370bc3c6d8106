using System.Globalization;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;

namespace Byon.Tests.MediaNode.Core.Tests.Media;

public class JitterBufferTests
{
    private static readonly Instant Start = new(TimeSpan.TicksPerDay);

    private readonly JitterBuffer _buffer = new(8000);
    private readonly List<string> _played = [];

    [Fact]
    public void WhatComesInItsTurnIsDueAtOnce()
    {
        for (ushort s = 0; s < 5; s++) Assert.Equal($"{s}", Push(s * 20, s));
        Assert.Equal(At(80 + 20 + 25), _buffer.NextTimeout);
    }

    [Fact]
    public void ReorderedPacketsWaitForTheOneBeforeAcrossTheWrapAndDuplicatesAreHeardOnce()
    {
        Assert.Equal("65534", Push(0, 65534, timestamp: uint.MaxValue - 200));
        Assert.Equal("", Push(20, 0, timestamp: 119));
        Assert.Equal("65535 0", Push(22, 65535, timestamp: uint.MaxValue - 40));
        Assert.Equal("", Push(23, 0, timestamp: 119));
        Assert.Equal("", Push(24, 65535, timestamp: uint.MaxValue - 40));
        Assert.Equal("1", Push(60, 1, timestamp: 279));
    }

    [Fact]
    public void AMissingPacketIsWaitedForUntilTheOneAfterItHasComeAndALittleMore()
    {
        Push(0, 1);
        Assert.Equal("", Push(40, 3));
        Assert.Equal("", Pull(44));
        Assert.Equal("missing(3) 3", Pull(45));
        Assert.Equal("4", Push(60, 4));
    }

    [Fact]
    public void APacketAfterItsTurnIsLateAndThoseBehindItAreWaitedForLonger()
    {
        Push(0, 1);
        Assert.Equal("missing()", Pull(45));
        Assert.Equal("", Push(61, 2));
        Assert.Equal("3", Push(62, 3));
        Assert.Equal(TimeSpan.FromMilliseconds(46), Rounded(_buffer.Wait));
        Assert.Equal("", Pull(105));
        Assert.Equal("missing()", Pull(106));
    }

    [Fact]
    public void TheWaitIsBoundedWhateverTheLag()
    {
        for (ushort s = 0; s < 200; s++) Push(s * 20 + (s % 10 == 9 ? 700 : 0), s);
        Assert.Equal(JitterBuffer.LongestWait, _buffer.Wait);
    }

    [Fact]
    public void OldJitterIsForgotten()
    {
        Push(0, 0);
        Push(20 + 80, 1);
        for (ushort s = 2; s < 2000; s++) Push(s * 20, s);
        Assert.InRange(_buffer.Wait, TimeSpan.FromMilliseconds(25), TimeSpan.FromMilliseconds(26));
    }

    [Fact]
    public void SilenceOfASourceIsFilledInForAMinuteAndThenItIsGone()
    {
        Push(0, 1);
        Pull(2_000);
        Assert.True(_buffer.HasStopped);
        Assert.NotNull(_buffer.NextTimeout);
        Pull(70_000);
        Assert.Null(_buffer.NextTimeout);
        Assert.Equal(3000, _played.Count(p => p == "missing()"));
        Assert.Equal("2", Push(100_000, 2, timestamp: 7));
        Assert.True(_buffer.TakeRestart());
    }

    [Fact]
    public void SpeechAfterASilenceWithoutAWordIsDueAtOnceAndAtItsPlace()
    {
        Push(0, 1);
        Pull(1_000);
        var filled = _played.Count(p => p == "missing()");
        Assert.Equal("2", Push(1_000 + 20, 2, timestamp: 160 + 1_020 * 8).Split(' ')[^1]);
        Assert.Equal(1_000 / 20, _played.Count(p => p == "missing()"));
        Assert.InRange(filled, 48, 50);
    }

    [Fact]
    public void WhatASourceLeavesOutWithoutAGapInItsNumbersIsFilledInAtOnce()
    {
        Push(0, 1);
        Assert.Equal("missing() 2", Push(60, 2, timestamp: 160 * 4));
        Assert.Equal("1 missing() missing() 2", string.Join(' ', _played));
    }

    [Fact]
    public void TimeStampsThatRunTooFastAreTakenAsTheyCome()
    {
        for (ushort s = 0; s < 50; s++) Assert.Equal($"{s}", Push(s * 20, s, timestamp: s * 320u));
    }

    [Fact]
    public void AJumpInTheSequenceOrTheTimeStampsStartsAnew()
    {
        Push(0, 1);
        Assert.True(_buffer.TakeRestart());
        Assert.Equal("30000", Push(21, 30_000));
        Assert.True(_buffer.TakeRestart());
        Assert.Equal("30001", Push(41, 30_001, timestamp: 5_000_000));
        Assert.True(_buffer.TakeRestart());
        Assert.Equal("30002", Push(61, 30_002, timestamp: 5_000_160));
        Assert.False(_buffer.TakeRestart());
    }

    [Fact]
    public void WhatIsMarkedAsAStartIsNeverLate()
    {
        Push(0, 1, timestamp: 1_000_000);
        Assert.Equal("2", Push(20, 2, timestamp: 5, marker: true));
    }

    [Fact]
    public void OfABurstAfterAStallOnlyWhatIsNotTooLateIsHeard()
    {
        Push(0, 0);
        Pull(600);
        _played.Clear();
        for (ushort s = 1; s <= 30; s++) Push(600, s);
        Assert.InRange(_played.Count(p => p != "missing()"), 1, 8);
        Assert.Equal("30", _played[^1]);
    }

    [Fact]
    public void APathThatBecomesLongerForGoodIsFollowed()
    {
        for (ushort s = 0; s < 50; s++) Push(s * 20, s);
        for (ushort s = 50; s < 60; s++) Push(s * 20 + 300, s);
        _played.Clear();
        for (ushort s = 60; s < 100; s++) Push(s * 20 + 300, s);
        Assert.Equal(40, _played.Count);
    }

    [Fact]
    public void ASourceWhoseClockStoodStillInASilenceIsHeardAgainAtOnce()
    {
        for (ushort s = 0; s < 50; s++) Push(s * 20, s);
        Pull(2_000);
        _played.Clear();
        for (ushort s = 50; s < 100; s++) Push(s * 20 + 1_250, s);
        Assert.Equal(49, _played.Count(p => !p.StartsWith('m')));
    }

    [Fact]
    public void AVeryOldPacketDisturbsNothing()
    {
        for (ushort s = 1000; s < 1100; s++) Push(s * 20, s);
        Assert.Equal("", Push(22_000, 1010));
        Assert.Equal("1100", Push(22_000, 1100));
    }

    [Fact]
    public void JitterLeavesNoHolesOnceItIsKnown()
    {
        var random = new Random(3);
        var pending = new PriorityQueue<ushort, int>();
        for (ushort s = 0; s < 3000; s++) pending.Enqueue(s, s * 20 + random.Next(60));
        while (pending.TryDequeue(out var s, out var due)) Push(due, s);
        Assert.InRange(_played.Count(p => p.StartsWith("missing", StringComparison.Ordinal)), 0, 5);
        var heard = _played.Where(p => !p.StartsWith('m')).Select(p => int.Parse(p, CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(heard.Order(), heard);
        Assert.InRange(heard.Count, 2995, 3000);
    }

    [Fact]
    public void APayloadLongerThanAnyFrameIsRefused() =>
        Assert.Equal(JitterPush.TooLarge, _buffer.Push(Start, 1, 0, false, new byte[JitterBuffer.MaximumPayload + 1]));

    [Fact]
    public void RandomPacketsNeitherThrowNorAllocateNorStandStill()
    {
        var random = new Random(5);
        var payload = new byte[160];
        var pulled = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 50_000; i++)
        {
            _buffer.Push(At(i), (ushort)(random.Next(100) == 0 ? random.Next(65536) : i / 4 + random.Next(40)), (uint)random.Next(), random.Next(9) == 0, payload);
            _buffer.IsPausing = random.Next(3) == 0;
            for (JitterPull pull; (pull = _buffer.Pull(At(i), out _)) != JitterPull.Waiting; pulled++)
                _buffer.Advance(pull, pull == JitterPull.Missing ? _buffer.Gap : random.Next(400));
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.InRange(pulled, 1_000, 200_000);
    }

    private static Instant At(int milliseconds) => Start + TimeSpan.FromMilliseconds(milliseconds);

    private static TimeSpan Rounded(TimeSpan time) => TimeSpan.FromMilliseconds(Math.Round(time.TotalMilliseconds));

    /// <summary>Lets time pass until the packet arrives, and tells what is due with it.</summary>
    private string Push(int at, ushort sequence, uint? timestamp = null, bool marker = false)
    {
        Pull(at);
        var known = _played.Count;
        _buffer.Push(At(at), sequence, timestamp ?? sequence * 160u, marker, [(byte)(sequence >> 8), (byte)sequence]);
        Play(At(at));
        return string.Join(' ', _played.Skip(known));
    }

    /// <summary>Lets time pass, and tells what became due.</summary>
    private string Pull(int until)
    {
        var known = _played.Count;
        while (_buffer.NextTimeout is { } due && due <= At(until)) Play(due);
        return string.Join(' ', _played.Skip(known));
    }

    private void Play(Instant now)
    {
        for (JitterPull pull; (pull = _buffer.Pull(now, out var payload)) != JitterPull.Waiting;)
        {
            var number = payload.IsEmpty ? "" : $"{payload[0] << 8 | payload[1]}";
            _played.Add(pull == JitterPull.Missing ? $"missing({number})" : number);
            _buffer.Advance(pull, pull == JitterPull.Missing ? _buffer.Gap : 160 - _buffer.Heard);
        }
    }
}
