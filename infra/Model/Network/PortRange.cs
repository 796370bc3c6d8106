using System.Globalization;

namespace Byon.Infra.Model.Network;

/// <summary>Ports from <paramref name="First"/> to <paramref name="Last"/>, both included; written <c>20000-29999</c> as in security rules.</summary>
public readonly record struct PortRange(int First, int Last)
{
    public int Count => Last - First + 1;

    public static PortRange Single(int port) => new(port, port);

    public static bool TryParse(string text, out PortRange range)
    {
        range = default;
        var parts = text.Split('-');
        if (parts.Length is not (1 or 2) || !TryPort(parts[0], out var first) || !TryPort(parts[^1], out var last) || last < first) return false;
        range = new PortRange(first, last);
        return true;
    }

    public bool Contains(PortRange other) => First <= other.First && other.Last <= Last;

    public bool Overlaps(PortRange other) => First <= other.Last && other.First <= Last;

    public override string ToString() =>
        First == Last ? First.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");

    private static bool TryPort(string text, out int port) =>
        int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and < 65536;
}
