namespace Byon.MediaNode.Core.Protocol.Rtp;

/// <summary>
/// What share of the packets to a peer will get lost, by what its reports say: loss counts at once, and a quarter of it is
/// forgotten with each report without as much.
/// </summary>
public sealed class LossForecast(int percentage = 0)
{
    /// <summary>0 to 100.</summary>
    public int Percentage { get; private set; } = Math.Clamp(percentage, 0, 100);

    /// <summary>Takes in the fraction lost since the peer's last report, in 1/256 (RFC 3550 §6.4.1).</summary>
    public void Update(byte fractionLost) => Percentage = Math.Max((fractionLost * 100 + 128) / 256, Percentage * 3 / 4);
}
