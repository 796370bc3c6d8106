namespace Byon.Platform.Control;

/// <summary>The bearer token of the control API: HS256 (RFC 7515) with the pool's key, audience the node's id, valid for one minute.</summary>
public static class ControlToken
{
    public static string Create(ReadOnlySpan<byte> poolKey, string nodeId, DateTimeOffset now) => throw new NotImplementedException(nodeId + now + poolKey.Length);

    /// <summary>Checks signature (in constant time), audience and time with 30 s of skew.</summary>
    public static bool IsValid(ReadOnlySpan<byte> poolKey, string nodeId, string token, DateTimeOffset now) => throw new NotImplementedException(nodeId + token + now + poolKey.Length);
}
