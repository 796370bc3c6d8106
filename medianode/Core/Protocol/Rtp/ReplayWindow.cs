namespace Byon.MediaNode.Core.Protocol.Rtp;

/// <summary>
/// The last 128 packet indices of one stream (RFC 3711 §3.3.2): at least 64 are asked for, and 128 let 2.5 s of 20 ms packets
/// arrive out of order.
/// </summary>
/// <param name="Highest">The highest index accepted; meaningless until something was.</param>
/// <param name="Seen">Bit n is set when <c>Highest - n</c> was accepted; zero before the first packet.</param>
public record struct ReplayWindow(ulong Highest, UInt128 Seen)
{
    public const int Size = 128;

    public readonly bool IsEmpty => Seen == UInt128.Zero;

    /// <summary>Whether a packet of this index could still be accepted: not seen, not too old.</summary>
    public readonly bool IsFresh(ulong index)
    {
        if (IsEmpty || index > Highest) return true;
        var age = Highest - index;
        return age < Size && (Seen >> (int)age & UInt128.One) == UInt128.Zero;
    }

    /// <summary>Marks a fresh index, once the packet has been authenticated.</summary>
    public void Accept(ulong index)
    {
        if (IsEmpty)
        {
            this = new ReplayWindow(index, UInt128.One);
        }
        else if (index > Highest)
        {
            var ahead = index - Highest;
            Seen = (ahead < Size ? Seen << (int)ahead : UInt128.Zero) | UInt128.One;
            Highest = index;
        }
        else
        {
            Seen |= UInt128.One << (int)(Highest - index);
        }
    }
}
