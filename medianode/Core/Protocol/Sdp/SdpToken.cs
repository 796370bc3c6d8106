using System.Buffers;

namespace Byon.MediaNode.Core.Protocol.Sdp;

/// <summary>Character classes of RFC 8866 §9 and RFC 8839 §5.1.</summary>
internal static class SdpToken
{
    private const string Alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static readonly SearchValues<char> Token = SearchValues.Create(Alphanumeric + "!#$%&'*+-.^_`{|}~");
    private static readonly SearchValues<char> Protocol = SearchValues.Create(Alphanumeric + "!#$%&'*+-.^_`{|}~/");
    private static readonly SearchValues<char> IceChar = SearchValues.Create(Alphanumeric + "+/");

    public static bool IsToken(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExcept(Token);

    public static bool IsProtocol(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExcept(Protocol);

    public static bool IsIceChars(ReadOnlySpan<char> text, int least) =>
        text.Length >= least && text.Length <= 256 && !text.ContainsAnyExcept(IceChar);
}
