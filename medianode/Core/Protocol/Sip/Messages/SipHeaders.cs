using System.Collections;

namespace Byon.MediaNode.Core.Protocol.Sip.Messages;

/// <summary>The headers of one message: an ordered multi-map whose names compare without case.</summary>
public sealed class SipHeaders : IEnumerable<SipHeader>
{
    private readonly List<SipHeader> _headers = [];

    public int Count => _headers.Count;

    /// <summary>The first value of that name, null where there is none.</summary>
    public string? this[string name]
    {
        get
        {
            var at = IndexOf(name);
            return at < 0 ? null : _headers[at].Value;
        }
    }

    public bool Has(string name) => IndexOf(name) >= 0;

    public void Add(string name, string value)
    {
        Guard(value);
        _headers.Add(new SipHeader(name, value));
    }

    /// <summary>Puts a line before all others of its name, as Via, Route and Record-Route grow.</summary>
    public void Prepend(string name, string value)
    {
        Guard(value);
        _headers.Insert(Math.Max(IndexOf(name), 0), new SipHeader(name, value));
    }

    /// <summary>One line of that name, in the place of the first one.</summary>
    public void Set(string name, string value)
    {
        Guard(value);
        var at = IndexOf(name);
        Remove(name);
        _headers.Insert(at < 0 ? _headers.Count : at, new SipHeader(name, value));
    }

    public void Remove(string name) => _headers.RemoveAll(h => Is(h, name));

    /// <summary>The values of that name as lines, undivided.</summary>
    public IEnumerable<string> Lines(string name) => _headers.Where(h => Is(h, name)).Select(h => h.Value);

    /// <summary>The values of a header that is a list, divided at the commas between them.</summary>
    public IReadOnlyList<string> Values(string name)
    {
        var values = new List<string>();
        foreach (var header in _headers)
        {
            if (Is(header, name)) SplitList(header.Value, values);
        }

        return values;
    }

    /// <summary>The first value of a list, null where there is none.</summary>
    public string? FirstValue(string name) => Values(name) is [var first, ..] ? first : null;

    /// <summary>Replaces all lines of that name by one for each value.</summary>
    public void SetValues(string name, IEnumerable<string> values)
    {
        var at = Math.Max(IndexOf(name), 0);
        Remove(name);
        foreach (var value in values)
        {
            Guard(value);
            _headers.Insert(Math.Min(at++, _headers.Count), new SipHeader(name, value));
        }
    }

    /// <summary>Whether a list of tokens, such as Require or Privacy, names this one.</summary>
    public bool Lists(string name, string token) => Values(name).Contains(token, StringComparer.OrdinalIgnoreCase);

    public IEnumerator<SipHeader> GetEnumerator() => _headers.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Commas inside a quoted-string or between angle brackets do not divide.</summary>
    private static void SplitList(string line, List<string> values)
    {
        var (start, quoted, bracketed) = (0, false, false);
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (quoted && c == '\\') i++;
            else if (c == '"') quoted = !quoted;
            else if (!quoted && c == '<') bracketed = true;
            else if (!quoted && c == '>') bracketed = false;
            else if (c == ',' && !quoted && !bracketed)
            {
                AddValue(line.AsSpan(start, i - start), values);
                start = i + 1;
            }
        }

        AddValue(line.AsSpan(start), values);
    }

    private static void AddValue(ReadOnlySpan<char> value, List<string> values)
    {
        value = value.Trim();
        if (!value.IsEmpty) values.Add(value.ToString());
    }

    private static void Guard(string value)
    {
        if (value.AsSpan().ContainsAny('\r', '\n', '\0')) throw new ArgumentException("A header value is one line.", nameof(value));
    }

    private static bool Is(SipHeader header, string name) => string.Equals(header.Name, name, StringComparison.OrdinalIgnoreCase);

    private int IndexOf(string name) => _headers.FindIndex(h => Is(h, name));
}
