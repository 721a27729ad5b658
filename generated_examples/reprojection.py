"""The reprojection error of bundle adjustment: a point seen by a camera with rotation, centre, focal length and distortion."""

import numpy as np


def rotate(rot, X):
    """The point turned about an axis, by the length of the axis as an angle (Rodrigues); rot, X: (3,)"""
    theta = np.sqrt(np.sum(rot * rot))
    w = rot / theta
    return X * np.cos(theta) + np.cross(w, X) * np.sin(theta) + w * (np.dot(w, X) * (1 - np.cos(theta)))


def distort(rad, p):
    """Radial distortion; rad, p: (2,)"""
    r2 = np.sum(p * p)
    return p * (1 + rad[0] * r2 + rad[1] * r2 * r2)


def project(cam, X):
    """cam: (11,); X: (3,)"""
    Xc = rotate(cam[0:3], X - cam[3:6])
    return distort(cam[9:11], Xc[0:2] / Xc[2]) * cam[6] + cam[7:9]


def reprojection_error(cam, X, w: float, feat):
    """cam: (11,), rotation 3, centre 3, focal length, principal point 2, distortion 2; X: (3,); feat: (2,)"""
    return w * (project(cam, X) - feat)
