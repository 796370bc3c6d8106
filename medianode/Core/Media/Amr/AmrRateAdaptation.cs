namespace Byon.MediaNode.Core.Media.Amr;

/// <summary>
/// How far below its usual mode a peer is asked to speak, by what is lost on the way from it: fewer bits where a radio bearer or
/// a link is full (TS 26.114 §10.2). Steps down at once, and up again only after a while without loss.
/// </summary>
public sealed class AmrRateAdaptation(int stepsDown = 0)
{
    /// <summary>Share of packets, in 1/256 as reports have it: 3 %, which is heard.</summary>
    private const int TooMuch = 8;

    /// <summary>Reports in a row without loss before more is asked for: about 20 s.</summary>
    private const int Patience = 4;

    private const int Lowest = 4;

    private int _clean;

    /// <summary>Modes below the usual one; 0 asks for nothing.</summary>
    public int StepsDown { get; private set; } = stepsDown;

    /// <summary>Takes in the fraction lost since the last report.</summary>
    public void Update(byte fractionLost)
    {
        if (fractionLost >= TooMuch)
        {
            StepsDown = Math.Min(StepsDown + 1, Lowest);
            _clean = 0;
        }
        else if (fractionLost > 0)
        {
            _clean = 0;
        }
        else if (StepsDown > 0 && ++_clean >= Patience)
        {
            StepsDown--;
            _clean = 0;
        }
    }
}
