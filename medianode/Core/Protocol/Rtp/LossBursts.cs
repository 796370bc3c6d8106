namespace Byon.MediaNode.Core.Protocol.Rtp;

/// <summary>
/// How losses lie together (RFC 3611 §4.7.2): a burst is a stretch in which fewer than <see cref="GapMinimum"/> packets arrive
/// between two losses, and the rest are gaps. The counters are those of the Markov model of its appendix A.2.
/// </summary>
public sealed class LossBursts
{
    public const int GapMinimum = 16;

    private long _sinceLoss;
    // The stretch before the first loss ends a gap, not a burst.
    private long _lost = 1;
    private long _gapReceived;
    private long _gapToBurst;
    private long _gapLost;
    private long _burstReceived;
    private long _burstToReceived;
    private long _burstLost;

    public LossBursts()
    {
    }

    public LossBursts(LossBurstsState saved)
    {
        (_sinceLoss, _lost) = (saved.SinceLoss, saved.Lost);
        (_gapReceived, _gapToBurst, _gapLost) = (saved.GapReceived, saved.GapToBurst, saved.GapLost);
        (_burstReceived, _burstToReceived, _burstLost) = (saved.BurstReceived, saved.BurstToReceived, saved.BurstLost);
    }

    internal long ReadAhead() => _sinceLoss;

    /// <summary>Share of lost packets within bursts, in 1/256.</summary>
    public byte BurstDensity
    {
        get
        {
            var leaves = Share(_burstToReceived, _gapToBurst + _burstToReceived + _burstLost);
            var returns = 1 - Share(_burstReceived, _burstReceived + _burstToReceived);
            return _gapToBurst == 0 ? (byte)0 : Fraction(Share(returns, returns + leaves));
        }
    }

    /// <summary>Share of lost packets within gaps, in 1/256.</summary>
    public byte GapDensity => Fraction(Share(_gapLost, _gapReceived + _gapLost));

    /// <summary>Mean length of bursts, in packets; 0 where there was none.</summary>
    public double BurstLength => _gapToBurst == 0 ? 0 : (double)Total / _gapToBurst - GapLength;

    /// <summary>Mean length of gaps, in packets.</summary>
    public double GapLength => _gapToBurst == 0 ? Total + _sinceLoss : (double)(_gapReceived + _gapLost + _gapToBurst) / _gapToBurst;

    private long Total => _gapReceived + _gapLost + _gapToBurst + _burstReceived + _burstToReceived + _gapToBurst + _burstToReceived + _burstLost;

    public void Received() => _sinceLoss++;

    public void Lost()
    {
        if (_sinceLoss >= GapMinimum)
        {
            if (_lost == 1) _gapLost++;
            else _gapToBurst++;
            _lost = 1;
            _gapReceived += _sinceLoss;
        }
        else
        {
            _lost++;
            if (_sinceLoss == 0)
            {
                _burstLost++;
            }
            else
            {
                _burstToReceived++;
                _burstReceived += _sinceLoss - 1;
            }
        }

        _sinceLoss = 0;
    }

    public LossBurstsState Save() => new(_sinceLoss, _lost, _gapReceived, _gapToBurst, _gapLost, _burstReceived, _burstToReceived, _burstLost);

    private static double Share(double part, double whole) => whole == 0 ? 0 : part / whole;

    private static byte Fraction(double share) => (byte)Math.Clamp(share * 256, 0, 255);
}
