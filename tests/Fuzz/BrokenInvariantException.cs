namespace Byon.Tests.Fuzz;

/// <summary>Something that must hold for every input does not.</summary>
public sealed class BrokenInvariantException(string what) : Exception(what);
