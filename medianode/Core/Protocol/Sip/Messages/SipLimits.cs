namespace Byon.MediaNode.Core.Protocol.Sip.Messages;

/// <summary>What one message may cost us, in bytes and lines. The defaults leave room for the longest IMS messages seen.</summary>
public sealed record SipLimits(int Message = 65_535, int HeaderBytes = 32_768, int Line = 8_192, int Headers = 200)
{
    public static SipLimits Default { get; } = new();
}
