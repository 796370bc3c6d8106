namespace Byon.Functions.Security.Sinks;

/// <summary>A sink's name resolves to an address that is not called. An exception because a connection has no other way to say no.</summary>
internal sealed class SinkRefusedException() : IOException("The sink resolves to an address that is not of the public Internet.");
