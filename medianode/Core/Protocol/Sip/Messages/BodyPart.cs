namespace Byon.MediaNode.Core.Protocol.Sip.Messages;

/// <summary>One part of a multipart body.</summary>
/// <param name="MediaType">In lower case, without parameters; empty where unsaid.</param>
/// <param name="ContentId">Without its angle brackets (RFC 2392); null where there is none.</param>
internal sealed record BodyPart(string MediaType, string? ContentId, ReadOnlyMemory<byte> Content);
