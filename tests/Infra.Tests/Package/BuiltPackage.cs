using Byon.Tests.TestKit;

namespace Byon.Tests.Infra.Tests.Package;

/// <summary>What <c>./byon package</c> has made; <c>./byon test</c> makes it before the tests.</summary>
internal static class BuiltPackage
{
    public static string Path(string name)
    {
        var path = RepositoryRoot.Combine("out", "package", name);
        return File.Exists(path) || Directory.Exists(path) ? path : throw new InvalidOperationException($"There is no {path}: run ./byon package first.");
    }
}
