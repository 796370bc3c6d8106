using System.Diagnostics.CodeAnalysis;

namespace Byon.MediaNode.Core.Protocol.Sip.Messages;

/// <summary>What was read of a header: transactions and dialogs ask for it again and again, and it is the same as long as the line is.</summary>
internal struct ReadHeader<T>
{
    private string? _line;
    private T? _value;

    public delegate bool Reader(string? text, [NotNullWhen(true)] out T? value);

    /// <param name="line">The line as it stands now.</param>
    public bool TryGet(string? line, Reader read, [NotNullWhen(true)] out T? value)
    {
        if (line is not null && ReferenceEquals(line, _line))
        {
            value = _value!;
            return true;
        }

        if (!read(line, out value)) return false;
        (_line, _value) = (line, value);
        return true;
    }
}
