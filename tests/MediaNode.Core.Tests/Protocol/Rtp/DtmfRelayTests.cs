using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Rtp;

public class DtmfRelayTests
{
    private const byte Five = 5;

    private readonly DtmfRelay _relay = new();
    private readonly List<DtmfPacket> _sent = [];
    private Instant _now = new(TimeSpan.TicksPerMinute);

    public DtmfRelayTests() => _relay.Configure(48000, 8000);

    [Fact]
    public void OnePressKeepsItsDurationInTheFarClockAndEndsThreeTimes()
    {
        Assert.True(Receive(1000, Five, 960));
        Assert.False(Receive(1000, Five, 1920));
        Assert.False(Receive(1000, Five, 2880, end: true));
        Assert.False(Receive(1000, Five, 2880, end: true));
        Assert.False(Receive(1000, Five, 2880, end: true));
        Quieten();

        Assert.Equal([160, 320, 480, 480, 480], _sent.ConvertAll(p => (int)p.Event.Duration));
        Assert.Equal([false, false, true, true, true], _sent.ConvertAll(p => p.Event.End));
        Assert.Equal([true, false, false, false, false], _sent.ConvertAll(p => p.Starts));
        Assert.All(_sent, p => Assert.Equal((Five, (byte)10, 0u), (p.Event.Code, p.Event.Volume, p.TimestampOffset)));
        Assert.False(_relay.Active);
    }

    [Fact]
    public void AnEventThatIsOnlyItsEndStillArrivesWithABeginning()
    {
        Assert.True(Receive(1000, Five, 4800, end: true));
        Quieten();
        Assert.Equal([false, true, true, true], _sent.ConvertAll(p => p.Event.End));
        Assert.All(_sent, p => Assert.Equal(800, p.Event.Duration));
        Assert.Equal([true, false, false, false], _sent.ConvertAll(p => p.Starts));
    }

    [Fact]
    public void ALostEndIsMadeUpForAndLaterUpdatesDoNotReviveTheKey()
    {
        Receive(1000, Five, 960);
        Quieten();
        Assert.Equal(3, _sent.Count(p => p.Event.End));
        Receive(1000, Five, 9600);
        Quieten();
        Assert.Equal(4, _sent.Count);
    }

    [Fact]
    public void TheSameKeyTwiceIsTwoPresses()
    {
        Assert.True(Receive(1000, Five, 960, end: true));
        Quieten();
        Assert.True(Receive(20_000, Five, 960, end: true));
        Quieten();
        Assert.Equal(2, _sent.Count(p => p.Starts));
        Assert.Equal(6, _sent.Count(p => p.Event.End));
    }

    [Fact]
    public void ALateRepeatOfAnOlderPressIsNoPress()
    {
        Receive(1000, Five, 960, end: true);
        Receive(20_000, 6, 960, end: true);
        Assert.False(Receive(1000, Five, 960, end: true));
        Quieten();
        Assert.Equal([Five, 6], _sent.Where(p => p.Starts).Select(p => p.Event.Code));
    }

    [Fact]
    public void ALongPressTowardsAFastClockIsCutIntoSegments()
    {
        _relay.Configure(8000, 48000);
        for (var duration = 160; duration <= 16_000; duration += 160) Receive(1000, Five, (ushort)duration, end: duration == 16_000);
        Quieten();

        // 2 s at 48 kHz are 96,000 units: one full segment of 65,535, then the rest.
        Assert.Equal(1, _sent.Count(p => p.Starts));
        Assert.Contains(_sent, p => p is { TimestampOffset: 0, Event: { Duration: ushort.MaxValue, End: false } });
        Assert.Equal(3, _sent.Count(p => p is { TimestampOffset: ushort.MaxValue, Event: { Duration: 96_000 - 65_535, End: true } }));
        Assert.DoesNotContain(_sent, p => p is { TimestampOffset: 0, Event.End: true });
    }

    [Fact]
    public void ALongPressThatArrivesInSegmentsIsOnePress()
    {
        Assert.True(Receive(1000, Five, 48_000));
        Assert.False(Receive(1000, Five, ushort.MaxValue));
        Assert.False(Receive(1000 + ushort.MaxValue, Five, 4800));
        Assert.False(Receive(1000 + ushort.MaxValue, Five, 9600, end: true));
        Quieten();
        Assert.Equal(1, _sent.Count(p => p.Starts));
        Assert.Equal((65_535 + 9600) / 6, _sent[^1].Event.Duration);
    }

    [Fact]
    public void AFloodOfPressesIsCutOff()
    {
        var presses = 0;
        for (var i = 0; i < 10_000; i++)
            if (_relay.Receive(_now, (uint)(i * 1000), new TelephoneEvent(1, true, 10, 100))) presses++;
        Assert.InRange(presses, 20, 22);
    }

    [Fact]
    public void KeysHaveTheirNamesAndTheRestHasNone()
    {
        Assert.Equal("0123456789*#ABCD", string.Concat(Enumerable.Range(0, 16).Select(c => new TelephoneEvent((byte)c, false, 0, 0).Digit)));
        Assert.Null(new TelephoneEvent(16, false, 0, 0).Digit);
        Assert.False(TelephoneEvent.TryParse([1, 2, 3], out _));
        Assert.True(TelephoneEvent.TryParse([5, 0x8A, 0x01, 0x02], out var parsed));
        Assert.Equal(new TelephoneEvent(5, true, 10, 0x0102), parsed);
        var bytes = new byte[TelephoneEvent.Size];
        parsed.Write(bytes);
        Assert.Equal([5, 0x8A, 0x01, 0x02], bytes);
    }

    private bool Receive(uint timestamp, byte code, ushort duration, bool end = false)
    {
        _now += TimeSpan.FromMilliseconds(20);
        _relay.HandleTimeout(_now);
        var starts = _relay.Receive(_now, timestamp, new TelephoneEvent(code, end, 10, duration));
        Drain();
        return starts;
    }

    private void Quieten()
    {
        for (var i = 0; i < 20 && _relay.NextTimeout is { } due; i++)
        {
            _now = due;
            _relay.HandleTimeout(_now);
            Drain();
        }
    }

    private void Drain()
    {
        for (var i = 0; i < 10 && _relay.TryDequeue(_now, out var packet); i++) _sent.Add(packet);
    }
}
