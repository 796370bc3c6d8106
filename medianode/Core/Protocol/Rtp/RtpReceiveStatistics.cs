namespace Byon.MediaNode.Core.Protocol.Rtp;

/// <summary>
/// Reception of one source: extended sequence number, loss and jitter (RFC 3550 appendices A.1, A.3, A.8). There is no
/// probation at the start: the source is known by its address or its keys.
/// </summary>
public sealed class RtpReceiveStatistics
{
    /// <summary>A jump further than this is not loss (RFC 3550 A.1: MAX_DROPOUT) ...</summary>
    private const int MaximumDropout = 3000;

    /// <summary>... and further back than this is not reordering (MAX_MISORDER).</summary>
    private const int MaximumMisorder = 100;

    private uint _base;
    private uint _highest;
    private int _jumpedTo = -1;
    private uint _expectedBefore;
    private uint _receivedBefore;
    private uint _transit;
    private int _transitClock;
    private long _jitterTimes16;

    public RtpReceiveStatistics(uint ssrc) => (Ssrc, Bursts) = (ssrc, new LossBursts());

    public RtpReceiveStatistics(RtpReceiveStatisticsState saved)
    {
        (Ssrc, Bursts) = (saved.Ssrc, new LossBursts(saved.Bursts));
        (_base, _highest, Received) = (saved.Base, saved.Highest, saved.Received);
        (_expectedBefore, _receivedBefore, _jitterTimes16) = (saved.ExpectedBefore, saved.ReceivedBefore, saved.JitterTimes16);
    }

    public uint Ssrc { get; }

    public LossBursts Bursts { get; }

    /// <summary>Packets since the source began or last restarted, duplicates included.</summary>
    public uint Received { get; private set; }

    /// <summary>Low 16 bits: highest sequence number; high 16 bits: times it wrapped.</summary>
    public uint HighestSequence => _highest;

    public uint Expected => Received == 0 ? 0 : _highest - _base + 1;

    /// <summary>Negative when duplicates outnumber losses.</summary>
    public int Lost => (int)Math.Clamp((long)Expected - Received, -0x800000, 0x7FFFFF);

    /// <summary>Interarrival jitter in units of the media clock.</summary>
    public uint Jitter => (uint)(_jitterTimes16 >> 4);

    /// <summary>Takes in a packet of audio, see <see cref="Receive(ushort)"/>, and measures how steadily it came.</summary>
    public bool Receive(Instant now, ushort sequenceNumber, uint timestamp, int clockRate)
    {
        if (!Receive(sequenceNumber)) return false;
        UpdateJitter(now, timestamp, clockRate);
        return true;
    }

    /// <summary>
    /// Takes in a packet whose time stamp tells nothing of when it was sent, as that of a telephone event.
    /// False for a packet that lies wildly off the sequence and must be ignored; a second one that follows it means that the
    /// source has restarted, and is accepted.
    /// </summary>
    public bool Receive(ushort sequenceNumber)
    {
        if (Received == 0) Restart(sequenceNumber);
        else if (!Advance(sequenceNumber)) return false;
        Received++;
        return true;
    }

    /// <summary>The report block for this source; starts a new interval for the fraction lost.</summary>
    public RtcpReportBlock TakeReport(uint lastSenderReport, uint delaySinceLastSenderReport)
    {
        var expected = Expected - _expectedBefore;
        var lost = (long)expected - (Received - _receivedBefore);
        _expectedBefore = Expected;
        _receivedBefore = Received;
        var fraction = expected == 0 || lost <= 0 ? 0 : (byte)Math.Min(255, (lost << 8) / expected);
        return new RtcpReportBlock(Ssrc, (byte)fraction, Lost, _highest, Jitter, lastSenderReport, delaySinceLastSenderReport);
    }

    public RtpReceiveStatisticsState Save() =>
        new(Ssrc, _base, _highest, Received, _expectedBefore, _receivedBefore, _jitterTimes16, Bursts.Save());

    private bool Advance(ushort sequenceNumber)
    {
        var distance = RtpPacket.Distance((ushort)_highest, sequenceNumber);
        if (distance is > -MaximumMisorder and <= MaximumDropout)
        {
            for (var i = 1; i < distance; i++) Bursts.Lost();
            if (distance > 0)
            {
                _highest += (uint)distance;
                Bursts.Received();
            }

            _jumpedTo = -1;
            return true;
        }

        if (sequenceNumber != _jumpedTo)
        {
            _jumpedTo = (ushort)(sequenceNumber + 1);
            return false;
        }

        Restart(sequenceNumber);
        return true;
    }

    private void Restart(ushort sequenceNumber)
    {
        _base = sequenceNumber;
        _highest = sequenceNumber;
        _jumpedTo = -1;
        _expectedBefore = 0;
        _receivedBefore = 0;
        (_transitClock, _jitterTimes16) = (0, 0);
        Received = 0;
    }

    private void UpdateJitter(Instant now, uint timestamp, int clockRate)
    {
        var transit = (uint)RtpClock.At(now, clockRate) - timestamp;
        if (clockRate == _transitClock)
        {
            var difference = Math.Abs((long)(int)(transit - _transit));
            _jitterTimes16 += difference - ((_jitterTimes16 + 8) >> 4);
        }
        else if (_transitClock != 0)
        {
            _jitterTimes16 = 0;
        }

        _transit = transit;
        _transitClock = clockRate;
    }
}
