using System.Text;

namespace Byon.MediaNode.Core.Protocol.Sip.Messages;

/// <summary>The ;name=value list that follows an address, a Via or a media type (generic-param of RFC 3261 §25.1), in order.</summary>
public sealed class SipParameters
{
    private const int MaxCount = 64;

    private readonly KeyValuePair<string, string?>[] _items;

    private SipParameters(KeyValuePair<string, string?>[] items) => _items = items;

    public static SipParameters Empty { get; } = new([]);

    /// <summary>The value with its quotes taken off; null for an absent parameter and for one without value.</summary>
    public string? this[string name]
    {
        get
        {
            foreach (var item in _items)
            {
                if (string.Equals(item.Key, name, StringComparison.OrdinalIgnoreCase)) return SipScanner.Unquote(item.Value);
            }

            return null;
        }
    }

    public bool Has(string name) => Array.Exists(_items, item => string.Equals(item.Key, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Replaces or appends. The value is written as it is given: quote it where the grammar asks for that.</summary>
    public SipParameters With(string name, string? value)
    {
        var item = KeyValuePair.Create(name, value);
        var at = Array.FindIndex(_items, i => string.Equals(i.Key, name, StringComparison.OrdinalIgnoreCase));
        if (at < 0) return new SipParameters([.. _items, item]);
        var copy = (KeyValuePair<string, string?>[])_items.Clone();
        copy[at] = item;
        return new SipParameters(copy);
    }

    public SipParameters Without(string name) =>
        new(Array.FindAll(_items, item => !string.Equals(item.Key, name, StringComparison.OrdinalIgnoreCase)));

    /// <param name="text">Empty, or starting at the first semicolon.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out SipParameters parameters)
    {
        parameters = Empty;
        var items = new List<KeyValuePair<string, string?>>();
        var scanner = new SipScanner(text);
        scanner.SkipSpace();
        while (!scanner.AtEnd)
        {
            if (items.Count == MaxCount || !scanner.TrySkip(';')) return false;
            scanner.SkipSpace();
            if (!scanner.TryReadParameterName(out var name)) return false;
            scanner.SkipSpace();
            string? value = null;
            if (scanner.TrySkip('='))
            {
                scanner.SkipSpace();
                if (!scanner.TryReadParameterValue(out value)) return false;
                scanner.SkipSpace();
            }

            items.Add(KeyValuePair.Create(name, value));
        }

        if (items.Count > 0) parameters = new SipParameters([.. items]);
        return true;
    }

    public override string ToString()
    {
        if (_items.Length == 0) return "";
        var text = new StringBuilder();
        foreach (var (name, value) in _items)
        {
            text.Append(';').Append(name);
            if (value is not null) text.Append('=').Append(value);
        }

        return text.ToString();
    }
}
