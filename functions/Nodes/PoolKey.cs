namespace Byon.Functions.Nodes;

/// <summary>The key shared by functions and media nodes; it signs control tokens.</summary>
internal sealed record PoolKey(ReadOnlyMemory<byte> Bytes);
