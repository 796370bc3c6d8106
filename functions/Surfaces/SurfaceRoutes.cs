using Byon.Functions.Http;

namespace Byon.Functions.Surfaces;

internal static class SurfaceRoutes
{
    /// <summary>Maps every row of a surface, and its older paths, behind token and scope.</summary>
    public static void Map(this Surface surface, IEndpointRouteBuilder routes)
    {
        foreach (var operation in surface.Operations)
        {
            IEnumerable<string> paths = [operation.Path, .. operation.Aliases, .. surface.IsStrict ? [] : operation.LenientAliases];
            foreach (var path in paths)
            {
                routes.MapOperation(surface.Version.BasePath + path, new ServedEndpoint(surface, operation));
            }
        }
    }
}
